"""What every handler of the JSON API may use beside its request."""

from dataclasses import dataclass
from urllib.parse import quote

from buckets.names import BucketName, JobId, ObjectKey, VersionId
from buckets.ports import Clock, Ids
from gateway.edge.cursor import Cursors


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """`base_url` is the address that clients reach this service by, without a slash at its end."""

    base_url: str
    cursors: Cursors
    clock: Clock
    ids: Ids

    def object_url(self, bucket: BucketName, key: ObjectKey, version: VersionId | None = None) -> str:
        """Where an object is read; with a version, what never changes."""
        url = f"{self.base_url}/v1/objects/{bucket}/{quote(key, safe='/~')}"
        return f"{url}?version={version}" if version else url

    @property
    def buckets_url(self) -> str:
        return f"{self.base_url}/v1/buckets"

    def bucket_url(self, bucket: BucketName) -> str:
        return f"{self.buckets_url}/{bucket}"

    @property
    def audit_url(self) -> str:
        return f"{self.base_url}/v1/audit"

    def job_url(self, job: JobId) -> str:
        return f"{self.base_url}/v1/jobs/{job}"

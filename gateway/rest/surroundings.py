"""What every handler of the JSON API may use beside its request."""

from dataclasses import dataclass
from urllib.parse import quote

from buckets.names import AccountId, BucketName, CredentialId, JobId, ObjectKey, UserId, VersionId
from buckets.ports import Clock, Ids
from gateway.auth.sign_in import SignIn
from gateway.edge.cursor import Cursors


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """`base_url` is the address that clients reach this service by, without a slash at its end."""

    base_url: str
    cursors: Cursors
    clock: Clock
    ids: Ids
    sign_in: SignIn

    def object_url(self, bucket: BucketName, key: ObjectKey, version: VersionId | None = None) -> str:
        """Where an object is read; with a version, what never changes."""
        url = f"{self.base_url}/v1/objects/{bucket}/{quote(key, safe='/~')}"
        return f"{url}?version={version}" if version else url

    @property
    def buckets_url(self) -> str:
        return f"{self.base_url}/v1/buckets"

    @property
    def sessions_url(self) -> str:
        return f"{self.base_url}/v1/sessions"

    def bucket_url(self, bucket: BucketName) -> str:
        return f"{self.buckets_url}/{bucket}"

    @property
    def audit_url(self) -> str:
        return f"{self.base_url}/v1/audit"

    def job_url(self, job: JobId) -> str:
        return f"{self.base_url}/v1/jobs/{job}"

    @property
    def users_url(self) -> str:
        return f"{self.base_url}/v1/users"

    def user_url(self, user: UserId) -> str:
        return f"{self.users_url}/{user}"

    @property
    def accounts_url(self) -> str:
        return f"{self.base_url}/v1/accounts"

    def account_url(self, account: AccountId) -> str:
        return f"{self.accounts_url}/{account}"

    @property
    def keys_url(self) -> str:
        return f"{self.base_url}/v1/keys"

    def key_url(self, key: CredentialId) -> str:
        return f"{self.keys_url}/{key}"

"""What `seawall up` says when everything is ready."""

import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from gateway.cli.credentials import Credentials

_BOTO3 = """{python} - <<'END'
import boto3
s3 = boto3.client("s3", endpoint_url="{endpoint}", region_name="{region}",
                  aws_access_key_id="{access_key}", aws_secret_access_key="{secret_key}")
s3.put_object(Bucket="documents", Key="hello.txt", Body=b"hello")
print(s3.get_object(Bucket="documents", Key="hello.txt")["Body"].read().decode())
END"""
_CURL = """curl -sS -H 'Authorization: Bearer {api_key}' -T README.md {endpoint}/v1/objects/documents/README.md"""
_AWS = """AWS_ACCESS_KEY_ID={access_key} AWS_SECRET_ACCESS_KEY={secret_key} AWS_DEFAULT_REGION={region} \\
  aws --endpoint-url {endpoint} s3 cp README.md s3://documents/README.md"""


@dataclass(frozen=True, slots=True)
class Ready:
    """Where the stack is and how to use it; also what the ready file holds."""

    endpoint: str
    ops: str
    access_key: str
    secret_key: str
    api_key: str
    region: str
    store: str

    @classmethod
    def of(cls, credentials: Credentials, *, endpoint: str, ops: str, region: str, store: str) -> "Ready":
        return cls(endpoint=endpoint, ops=ops, **asdict(credentials), region=region, store=store)


def banner(ready: Ready) -> str:
    commands = [_CURL, _BOTO3, *([_AWS] if shutil.which("aws") else [])]
    facts = {**asdict(ready), "python": _interpreter()}
    return "\n".join(
        [
            "",
            "Seawall is ready.",
            "",
            f"  S3 and /v1   {ready.endpoint}",
            f"  operations   {ready.ops}   /health/ready /health/db /metrics",
            f"  access key   {ready.access_key}",
            f"  secret key   {ready.secret_key}",
            f"  API key      {ready.api_key}",
            f"  store        {ready.store}",
            "",
            "Try it:",
            "",
            *(f"{command.format(**facts)}\n" for command in commands),
            "Ctrl-C ends it; the data stays.",
            "",
        ]
    )


def _interpreter() -> str:
    """The one that runs this has the libraries; as it is typed from here."""
    path = Path(sys.executable)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)

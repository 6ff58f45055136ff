"""What a SeaweedFS says to somebody whom it does not know: its version, its time, and whether it lets anybody in."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote

from aiohttp import ClientError, ClientSession, ClientTimeout

from buckets.errors import StoreBusy
from seaweedfs.client import Patience

_VERSION = re.compile(r"SeaweedFS .*?(\d{1,4})\.(\d{1,4})\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """The head of an answer. What it did not tell is None."""

    version: tuple[int, int] | None
    at: datetime | None
    lets_anybody_in: bool


async def greet(url: str, bucket: str, patience: Patience) -> Greeting:
    """Ask for the bucket without a signature; StoreBusy when nothing answers in time."""
    limit = ClientTimeout(total=patience.connect + patience.answer, connect=patience.connect)
    try:
        async with ClientSession(timeout=limit) as session, session.head(f"{url}/{quote(bucket)}", allow_redirects=False) as answer:
            return Greeting(
                version=_version(answer.headers.get("Server", "")),
                at=_moment(answer.headers.get("Date", "")),
                lets_anybody_in=answer.status == 200,
            )
    except (ClientError, OSError) as error:
        raise StoreBusy from error


def _version(server: str) -> tuple[int, int] | None:
    match = _VERSION.search(server)
    return (int(match[1]), int(match[2])) if match else None


def _moment(date: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return None
    return moment if moment.tzinfo else None

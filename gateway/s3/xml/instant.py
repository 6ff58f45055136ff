"""Times as S3 writes them: `2026-11-21T12:03:00.123Z`."""

from datetime import UTC, datetime


def instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"

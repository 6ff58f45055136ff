"""Whom to start when a server does not answer: the servers of an installation are somebody else's, those of a trial are ours."""

from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A sentence for each part that can be away."""

    database: str = "Start PostgreSQL, or correct catalog.dsn: host, port, database, role and password."
    sessions: str = "Start Redis or Valkey, or correct sessions.url; without it each process knows only what it does itself."
    store: str = "Start SeaweedFS's S3 gateway there, or correct store.endpoints."
    prepare: str = "Run `seawall init`, which makes it."

    @classmethod
    def trial(cls, data: Path) -> Self:
        """For what `seawall up` starts."""
        start = f"Its servers run while `seawall up --data {quote(str(data))}` does: start that."
        return cls(database=start, sessions=start, store=start, prepare=start)

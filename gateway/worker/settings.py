"""What the workers are told from outside."""

from dataclasses import dataclass, field

from buckets.settings import Unit, setting

DAY = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """Work that is done again and again."""

    announce_every: float = field(
        default=1.0, metadata=setting("How often what was committed is announced.", unit=Unit.SECONDS, least=0.1, most=3600)
    )
    sweep_every: float = field(
        default=300.0, metadata=setting("How often bytes that nobody needs are looked for.", unit=Unit.SECONDS, least=1, most=DAY)
    )
    purge_every: float = field(
        default=300.0,
        metadata=setting(
            "How often trash whose time is over, and what deleted buckets held, is forgotten.", unit=Unit.SECONDS, least=1, most=DAY
        ),
    )
    sweep_grace: float = field(
        default=DAY,
        metadata=setting(
            "How long bytes stay after nothing refers to them any more; no shorter than the window of point-in-time restores.",
            unit=Unit.SECONDS,
            least=DAY,
            most=366 * DAY,
        ),
    )
    sweep_margin: float = field(
        default=600.0,
        metadata=setting(
            "How long after its lease an upload that was given up may still be under way in the store.",
            unit=Unit.SECONDS,
            least=60,
            most=DAY,
        ),
    )
    sweep_batch: int = field(default=200, metadata=setting("How many blobs are dealt with at a time.", least=1, most=10_000))


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSettings:
    """The record of what happened: how soon it is sealed, and how long it stays."""

    seal_every: float = field(
        default=60.0, metadata=setting("How often what happened is sealed.", unit=Unit.SECONDS, least=1, most=3600)
    )
    retention_days: int = field(
        default=365, metadata=setting("How many days changes stay on record; they go by whole months.", least=30, most=36_500)
    )
    reads_retention_days: int = field(default=30, metadata=setting("How many days reads stay on record.", least=1, most=36_500))

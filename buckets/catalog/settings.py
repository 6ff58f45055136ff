"""What the catalog is told from outside."""

from dataclasses import dataclass, field

from buckets.settings import Secret, Unit, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogSettings:
    """PostgreSQL: where it is and how hard it may be asked."""

    dsn: Secret = field(
        default=Secret(), metadata=setting("The address of the database, for the service: postgresql://user:password@host/name.")
    )
    owner_dsn: Secret = field(
        default=Secret(), metadata=setting("The address for migrations, as the role that owns the tables; used by `migrate` only.")
    )
    service_role: str = field(
        default="seawall_service", metadata=setting("The role that migrations grant the service's rights to.")
    )
    pool_min: int = field(default=2, metadata=setting("Connections that each process keeps open.", least=1, most=1000))
    pool_max: int = field(default=10, metadata=setting("Connections that each process may open.", least=3, most=1000))
    acquire_timeout: float = field(
        default=5.0, metadata=setting("How long a request waits for a free connection.", unit=Unit.SECONDS, least=0.1, most=300)
    )
    connect_timeout: float = field(
        default=10.0, metadata=setting("How long opening a connection may take.", unit=Unit.SECONDS, least=0.1, most=300)
    )
    idle_timeout: float = field(
        default=30.0, metadata=setting("How long a spare connection stays open unused.", unit=Unit.SECONDS, most=86400)
    )
    statement_timeout: float = field(
        default=30.0, metadata=setting("How long one statement may run.", unit=Unit.SECONDS, least=0.1, most=3600)
    )
    slow_query: float = field(
        default=0.5, metadata=setting("A query that takes longer is logged as slow, by its name.", unit=Unit.SECONDS, most=3600)
    )

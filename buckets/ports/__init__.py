"""The ports: what the use cases need from the world, a file for each corner of it.

Every promise here has a test in `tests/suites/` that all implementations pass. Only errors of `buckets.errors` come out of a port.
`find_x` may be None, `load_x` raises; `put open stat delete walk` move bytes; `page` lists. They may import the core. Start with
`objects.py` and `blobs.py`.
"""

from buckets.ports.accounts import Accounts, Estates
from buckets.ports.audit import AccessLog, AuditTrail, Seals
from buckets.ports.blobs import BlobStore, Condemned, Garbage
from buckets.ports.buckets import Buckets, Founded
from buckets.ports.catalog import Catalog, CatalogHealth, PoolState
from buckets.ports.checksums import Checksums, Claims, Findings, Inspection
from buckets.ports.credentials import Attempts, Counted, Credentials, Logins
from buckets.ports.jobs import Jobs
from buckets.ports.objects import Objects, Outbox
from buckets.ports.observers import Meter, Phase, Phases
from buckets.ports.sessions import Hold, Locks, Sessions
from buckets.ports.system import Clock, Ids

__all__ = [
    "AccessLog",
    "Accounts",
    "Attempts",
    "AuditTrail",
    "BlobStore",
    "Buckets",
    "Catalog",
    "CatalogHealth",
    "Checksums",
    "Claims",
    "Clock",
    "Condemned",
    "Counted",
    "Credentials",
    "Estates",
    "Findings",
    "Founded",
    "Garbage",
    "Hold",
    "Ids",
    "Inspection",
    "Jobs",
    "Locks",
    "Logins",
    "Meter",
    "Objects",
    "Outbox",
    "Phase",
    "Phases",
    "PoolState",
    "Seals",
    "Sessions",
]

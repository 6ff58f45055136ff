"""Every metric there is: a name that is not here is a mistake, and so is another set of labels."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What a metric does."""

    COUNTER = "counter"
    HISTOGRAM = "histogram"
    GAUGE = "gauge"


class Across(Enum):
    """What a gauge is, of several processes."""

    SUM = "livesum"
    MOST = "livemax"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric; its labels take few values, never a key or anything else that a caller chooses.

    The exception is a `bounded` label: its first values have a series each, and all others are one.
    """

    name: str
    kind: Kind
    sentence: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    bounded: str = ""
    across: Across = Across.SUM


REQUESTS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
STEPS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

_ALL = (
    Metric("seawall_build_info", Kind.GAUGE, "Always 1; what runs here.", ("version",), across=Across.MOST),
    Metric("seawall_processes", Kind.GAUGE, "Processes that serve."),
    Metric("seawall_starts_total", Kind.COUNTER, "Starts of processes: more than there are processes, and some have ended."),
    Metric("seawall_loop_lag_seconds", Kind.HISTOGRAM, "How late the loop comes to what is due, looked at each second.", (), STEPS),
    Metric("seawall_requests_total", Kind.COUNTER, "Requests answered.", ("surface", "operation", "status")),
    Metric("seawall_request_seconds", Kind.HISTOGRAM, "From request line to last byte.", ("surface", "operation"), REQUESTS),
    Metric("seawall_bytes_total", Kind.COUNTER, "Bytes of bodies that were moved.", ("direction", "surface")),
    Metric("seawall_bucket_requests_total", Kind.COUNTER, "Requests by the bucket they found.", ("bucket",), bounded="bucket"),
    Metric(
        "seawall_bucket_bytes_total",
        Kind.COUNTER,
        "Bytes of the bodies of these requests and of their answers.",
        ("bucket", "direction"),
        bounded="bucket",
    ),
    Metric("seawall_tier_requests_total", Kind.COUNTER, "Requests by the tier of who asked.", ("tier",), bounded="tier"),
    Metric(
        "seawall_tier_bytes_total",
        Kind.COUNTER,
        "Bytes of the bodies of these requests and of their answers.",
        ("tier", "direction"),
        bounded="tier",
    ),
    Metric("seawall_catalog_query_seconds", Kind.HISTOGRAM, "Queries of the catalog, by their names.", ("query",), STEPS),
    Metric("seawall_catalog_pool_connections", Kind.GAUGE, "Connections to the catalog: size, idle, waiting, max.", ("state",)),
    Metric("seawall_lookups_waiting", Kind.GAUGE, "Look-ups that have not been sent to the catalog yet."),
    Metric("seawall_commit_waiting", Kind.GAUGE, "Changes that wait for their COMMIT to begin."),
    Metric("seawall_audit_reads_waiting", Kind.GAUGE, "Reads that wait to be put on record."),
    Metric("seawall_audit_reads_lost_total", Kind.COUNTER, "Reads that were lost before the catalog took them."),
    Metric("seawall_phase_seconds", Kind.HISTOGRAM, "The phases of the write path.", ("phase",), STEPS),
    Metric(
        "seawall_store_seconds",
        Kind.HISTOGRAM,
        "Operations of the blob store.",
        ("operation",),
        STEPS,
    ),
    Metric("seawall_store_faults_total", Kind.COUNTER, "What the blob store failed at, and how.", ("operation", "fault")),
    Metric("seawall_store_bytes_total", Kind.COUNTER, "Bytes into the blob store and out of it.", ("direction",)),
    Metric("seawall_store_under_way", Kind.GAUGE, "Puts and opens of the blob store that have not ended.", ("operation",)),
    Metric("seawall_cache_reads_total", Kind.COUNTER, "Reads of blobs: hit, join, miss, or pass the cache by.", ("result",)),
    Metric("seawall_cache_bytes", Kind.GAUGE, "Memory for blobs that were read last."),
    Metric(
        "seawall_store_gate",
        Kind.GAUGE,
        "Puts, opens and bytes of memory that the blob store has room for, those taken, and requests that wait for some.",
        ("gate", "state"),
    ),
    Metric("seawall_sessions_seconds", Kind.HISTOGRAM, "Commands to Redis.", ("command",), STEPS),
    Metric("seawall_sessions_faults_total", Kind.COUNTER, "Commands that Redis did not carry out, and why.", ("command", "fault")),
    Metric("seawall_sessions_away", Kind.GAUGE, "1 while Redis is done without: it failed, and has not answered since."),
    Metric("seawall_rot_total", Kind.COUNTER, "Reads that found other bytes than were stored."),
)

CATALOGUE: Mapping[str, Metric] = MappingProxyType({metric.name: metric for metric in _ALL})

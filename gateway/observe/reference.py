"""The page of the metrics, written from the catalogue itself."""

from collections.abc import Iterator

from gateway.observe.bound import OTHER
from gateway.observe.catalogue import CATALOGUE, Across, Kind, Metric

_PAGE = """\
# Metrics

Made by `python -m gateway.observe`. `GET /metrics` on the operations listener shows them to Prometheus;
[alerts.yml](../deploy/prometheus/alerts.yml) says which of them somebody should look at.

- **Workers.** With `workers` above 1 any worker answers for all. Counters and histograms are sums, also of workers that have ended:
  none goes back when a worker is started again. When the service as a whole is, they begin at 0. Gauges are of the workers that
  live, summed or the largest as the table says, and up to a second old. The `process_…` that the library adds are sums as well.
- **Labels** take few values: never a key, an account or an address.
- **Buckets.** Each process counts the first `observe.bucket_series` buckets that it meets by name, and all others as `{other}`; a
  bucket that happens to have that name is counted there too. A name that leads to no bucket of the caller's is not counted at all,
  and a copy counts for the bucket that it goes to.
- **Tiers** are bounded in the same way. Until there are others, every account's is `unlimited`; who brought no credential has none.

| Metric | Kind | Labels | Meaning |
| --- | --- | --- | --- |
"""
_ACROSS = {Across.SUM: "a sum", Across.MOST: "the largest"}


def reference() -> str:
    """The text of `docs/metrics.md`."""
    return _PAGE.format(other=OTHER) + "".join(_row(metric) for metric in CATALOGUE.values())


def _row(metric: Metric) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels)
    return f"| `{metric.name}` | {', '.join(_kind(metric))} | {labels} | {metric.sentence} |\n"


def _kind(metric: Metric) -> Iterator[str]:
    yield metric.kind
    if metric.kind is Kind.GAUGE:
        yield _ACROSS[metric.across]
    if metric.bounded:
        yield f"`{metric.bounded}` bounded"

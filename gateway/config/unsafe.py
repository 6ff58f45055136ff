"""Combinations of valid settings that must not start. Pure: no file is looked at, no name resolved."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from buckets.catalog.settings import CatalogSettings
from buckets.settings import Secret
from gateway.auth.settings import AuthSettings
from gateway.config.config import Config, Environment
from gateway.config.problems import Problem
from seaweedfs.settings import StoreKind


def unsafe(config: Config, *, exposed: Sequence[str] = ()) -> list[Problem]:
    """What must be put right before a start; `exposed` are the secrets that stand in a file which everybody can read."""
    problems = [*_inconsistent(config), *_unfounded_tokens(config.auth), *_open_operations(config)]
    if config.environment is Environment.PRODUCTION:
        problems += [*_unfit_for_production(config), *_exposed(exposed)]
    return problems


def _inconsistent(config: Config) -> Iterator[Problem]:
    edge, catalog, store = config.edge, config.catalog, config.store
    if catalog.pool_min > catalog.pool_max:
        yield Problem("catalog.pool_min is larger than catalog.pool_max.", ("catalog.pool_min", "catalog.pool_max"))
    if (edge.host, edge.port) == (edge.ops_host, edge.ops_port) and edge.port:
        yield Problem("The data and the operations listener have the same address.", ("edge.port", "edge.ops_port"))
    if config.workers > 1 and store.kind is StoreKind.MEMORY:
        yield Problem("Workers cannot share a store in memory: workers is 1 or store.kind another.", ("workers", "store.kind"))
    if edge.public_base_url and not _is_base_url(edge.public_base_url):
        yield Problem(
            "edge.public_base_url is not an http or https address without query and credentials.", ("edge.public_base_url",)
        )


def _unfounded_tokens(auth: AuthSettings) -> Iterator[Problem]:
    """A token is believed when issuer, audience and keys are known, or not at all."""
    named = {"auth.jwt_issuer": auth.jwt_issuer, "auth.jwt_audience": auth.jwt_audience, "auth.jwt_jwks_url": auth.jwt_jwks_url}
    if any(named.values()) and not all(named.values()):
        yield Problem(f"Tokens (JWT) need all of {', '.join(named)}, or none of them.", tuple(named))
    if auth.jwt_jwks_url and not _is_safe_source(auth.jwt_jwks_url):
        yield Problem("auth.jwt_jwks_url is no https address, nor an http one on this machine.", ("auth.jwt_jwks_url",))
    if not auth.jwt_user_claim:
        yield Problem("auth.jwt_user_claim is empty: no token would name a user.", ("auth.jwt_user_claim",))


def _open_operations(config: Config) -> Iterator[Problem]:
    if not config.edge.ops_token and not _is_loopback(config.edge.ops_host):
        yield Problem(
            "The operations listener can be reached from elsewhere: edge.ops_host is a loopback address or edge.ops_token is set.",
            ("edge.ops_host", "edge.ops_token"),
        )


def _unfit_for_production(config: Config) -> Iterator[Problem]:
    if config.store.kind is StoreKind.MEMORY:
        yield Problem("A store in memory forgets everything: not in production.", ("store.kind", "environment"))
    if _owner_serves(config.catalog):
        yield Problem(
            "The service has the role that owns the tables: give catalog.owner_dsn a role of its own in production.",
            ("catalog.dsn", "catalog.owner_dsn", "catalog.service_role", "environment"),
        )


def _exposed(names: Sequence[str]) -> Iterator[Problem]:
    for name in names:
        yield Problem(f"{name} stands in a configuration file that everybody can read: not in production.", (name, "environment"))


def _owner_serves(catalog: CatalogSettings) -> bool:
    owner = _user(catalog.owner_dsn)
    same_role = owner is not None and owner in (_user(catalog.dsn), catalog.service_role)
    return same_role or (bool(catalog.owner_dsn) and catalog.owner_dsn == catalog.dsn)


def _user(dsn: Secret) -> str | None:
    url = _split(dsn.reveal())
    return url.username if url else None


def _is_loopback(host: str) -> bool:
    """A name may resolve to anything, the one that every host file holds excepted."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_base_url(text: str) -> bool:
    url = _split(text)
    return bool(url and url.scheme in ("http", "https") and url.hostname and not (url.query or url.fragment or "@" in url.netloc))


def _is_safe_source(text: str) -> bool:
    """Whoever can change what it answers can be anybody here."""
    url = _split(text)
    if url is None or not url.hostname or "@" in url.netloc or url.fragment:
        return False
    return url.scheme == "https" or (url.scheme == "http" and _is_loopback(url.hostname))


def _split(text: str) -> SplitResult | None:
    try:
        url = urlsplit(text)
        _ = url.port, url.username
    except ValueError:
        return None
    return url

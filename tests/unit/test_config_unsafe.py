"""Each combination of settings that must not start, beside its nearest neighbour that may."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from buckets.catalog.settings import CatalogSettings
from buckets.settings import Secret
from gateway.auth.settings import AuthSettings
from gateway.config.config import Config, Environment
from gateway.config.load import load
from gateway.config.unsafe import unsafe
from gateway.edge.settings import EdgeSettings
from seaweedfs.settings import StoreKind, StoreSettings
from tests.factories.settings import problems, write

CANARY = "postgresql://app:canary-5ecret@db/seawall"
PRODUCTION = Config(environment=Environment.PRODUCTION)


class TestUnsafe:
    def about(self, config: Config, *, exposed: tuple[str, ...] = ()) -> list[str]:
        return [problem.about[0] for problem in unsafe(config, exposed=exposed)]

    def test_the_defaults_are_safe_everywhere(self) -> None:
        assert not unsafe(Config())
        assert not unsafe(PRODUCTION)

    def test_a_store_in_memory_is_not_for_production(self) -> None:
        store = StoreSettings(kind=StoreKind.MEMORY)
        assert self.about(replace(PRODUCTION, store=store)) == ["store.kind"]
        assert not unsafe(Config(store=store))

    @pytest.mark.parametrize(
        ("dsn", "owner"),
        [
            (CANARY, CANARY),
            ("postgresql://app:a@bouncer/seawall", "postgresql://app:b@db/seawall"),
            ("host=db", "host=db"),
            ("postgresql://app:a@db/seawall", "postgresql://seawall_service@db/seawall"),
        ],
    )
    def test_the_owner_of_the_tables_does_not_serve_in_production(self, dsn: str, owner: str) -> None:
        catalog = CatalogSettings(dsn=Secret(dsn), owner_dsn=Secret(owner))
        assert self.about(replace(PRODUCTION, catalog=catalog)) == ["catalog.dsn"]
        assert not unsafe(Config(catalog=catalog))

    def test_an_owner_of_its_own_is_safe(self) -> None:
        catalog = CatalogSettings(dsn=Secret(CANARY), owner_dsn=Secret("postgresql://owner:x@db/seawall"))
        assert not unsafe(replace(PRODUCTION, catalog=catalog))

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "10.0.0.1", "ops.example.org", "localhost.example.org"])
    def test_operations_beyond_loopback_need_a_token(self, host: str) -> None:
        assert self.about(Config(edge=EdgeSettings(ops_host=host))) == ["edge.ops_host"]
        assert not unsafe(Config(edge=EdgeSettings(ops_host=host, ops_token=Secret("t"))))

    @pytest.mark.parametrize("missing", ["jwt_issuer", "jwt_audience", "jwt_jwks_url"])
    def test_tokens_are_believed_when_all_is_known_about_them_or_not_at_all(self, missing: str) -> None:
        auth = AuthSettings(jwt_issuer="i", jwt_audience="a", jwt_jwks_url="https://login.example.org/keys")
        assert not unsafe(replace(PRODUCTION, auth=auth))
        partly: dict[str, Any] = {missing: ""}
        assert self.about(Config(auth=replace(auth, **partly))) == ["auth.jwt_issuer"]
        assert self.about(Config(auth=replace(auth, jwt_user_claim=""))) == ["auth.jwt_user_claim"]

    @pytest.mark.parametrize(
        "url",
        [
            "http://login.example.org/keys",
            "http://localhost.example.org/keys",
            "http://10.0.0.1/",
            "https:///keys",
            "https://user:secret@login.example.org/keys",
            "https://login.example.org/keys#x",
            "ftp://login.example.org/keys",
            "file:///etc/passwd",
            "login.example.org",
            "http://[::1",
        ],
    )
    def test_keys_come_over_a_connection_that_nobody_else_can_answer_on(self, url: str) -> None:
        auth = AuthSettings(jwt_issuer="i", jwt_audience="a", jwt_jwks_url=url)
        assert self.about(Config(auth=auth)) == ["auth.jwt_jwks_url"]
        for safe in ("https://login.example.org/keys?x=1", "http://127.0.0.1:8080/keys", "http://localhost/keys", "http://[::1]/"):
            assert not unsafe(Config(auth=replace(auth, jwt_jwks_url=safe)))

    @pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
    def test_operations_on_loopback_need_none(self, host: str) -> None:
        assert not unsafe(Config(edge=EdgeSettings(ops_host=host)))

    def test_secrets_in_a_file_for_everybody_are_not_for_production(self, tmp_path: Path) -> None:
        file = write(tmp_path / "seawall.toml", f'[catalog]\ndsn = "{CANARY}"\n', mode=0o644)
        flags = {"environment": "production", "catalog.dsn": "overridden, and yet the file holds one"}
        [problem] = problems(flags=flags, file=file)
        assert problem == "catalog.dsn stands in a configuration file that everybody can read: not in production."
        assert load(environ={}, file=file).config.catalog.dsn
        file.chmod(0o640)
        assert load(flags=flags, environ={}, file=file).config.catalog.dsn

    def test_a_file_for_everybody_may_name_secret_files(self, tmp_path: Path) -> None:
        secret = write(tmp_path / "dsn", CANARY)
        file = write(tmp_path / "seawall.toml", f'[catalog]\ndsn_file = "{secret}"\n', mode=0o644)
        assert load(flags={"environment": "production"}, environ={}, file=file).config.catalog.dsn

    def test_the_pool_is_not_smaller_than_its_least(self) -> None:
        assert self.about(Config(catalog=CatalogSettings(pool_min=3, pool_max=2))) == ["catalog.pool_min"]
        assert not unsafe(Config(catalog=CatalogSettings(pool_min=2, pool_max=2)))

    def test_the_listeners_do_not_share_an_address(self) -> None:
        assert self.about(Config(edge=EdgeSettings(port=9001))) == ["edge.port"]
        assert not unsafe(Config(edge=EdgeSettings(port=0, ops_port=0)))

    def test_workers_do_not_share_a_memory(self) -> None:
        store = StoreSettings(kind=StoreKind.MEMORY)
        assert self.about(Config(workers=2, store=store)) == ["workers"]
        assert not unsafe(Config(workers=1, store=store))

    @pytest.mark.parametrize(
        "url", ["files.example.org", "ftp://x", "https://", "https://u:p@x", "https://x/?a=b", "https://x:port"]
    )
    def test_a_public_address_is_an_http_address(self, url: str) -> None:
        assert self.about(Config(edge=EdgeSettings(public_base_url=url))) == ["edge.public_base_url"]
        assert not unsafe(Config(edge=EdgeSettings(public_base_url="https://files.example.org:8443")))

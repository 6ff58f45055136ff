"""Secrets among the settings: read from files, compared, and never shown."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from buckets.settings import Secret
from gateway.cli.config import describe
from gateway.config.config import OPTIONS
from gateway.config.load import Loaded, load
from tests.factories.settings import problems, write

CANARY = "postgresql://app:canary-5ecret@db/seawall"


class TestSecretFiles:
    def test_a_secret_may_stand_in_a_file_from_every_place(self, tmp_path: Path) -> None:
        secret = write(tmp_path / "key", f"{CANARY}\n")
        file = write(tmp_path / "seawall.toml", f'[catalog]\ndsn_file = "{secret}"\n')
        for loaded in (
            load(environ={}, file=file),
            load(environ={}, flags={"catalog.dsn_file": str(secret)}),
            load(environ={"SEAWALL__CATALOG__DSN_FILE": str(secret)}),
        ):
            assert loaded.config.catalog.dsn == Secret(CANARY)

    @pytest.mark.parametrize("mode", [0o644, 0o604])
    def test_a_secret_file_that_everybody_can_read_is_refused(self, mode: int, tmp_path: Path) -> None:
        secret = write(tmp_path / "dsn", CANARY, mode=mode)
        [problem] = problems(environ={"SEAWALL__CATALOG__DSN_FILE": str(secret)})
        assert "catalog.dsn can be read by everybody" in problem

    def test_a_secret_file_for_the_group_is_accepted(self, tmp_path: Path) -> None:
        secret = write(tmp_path / "dsn", CANARY, mode=0o440)
        assert load(environ={"SEAWALL__CATALOG__DSN_FILE": str(secret)}).config.catalog.dsn

    def test_a_secret_file_that_cannot_be_read_is_refused_without_its_name(self, tmp_path: Path) -> None:
        write(tmp_path / "binary", "").write_bytes(b"\xff\xfe")
        for text in (CANARY, str(tmp_path), str(tmp_path / "binary"), "/dev/zero"):
            [problem] = problems(environ={"SEAWALL__CATALOG__DSN_FILE": text})
            assert problem == "The file given for catalog.dsn cannot be read. (environment)"

    def test_only_one_line_end_is_taken_from_a_secret_file(self, tmp_path: Path) -> None:
        secret = write(tmp_path / "dsn", " x \r\n")
        assert load(environ={"SEAWALL__CATALOG__DSN_FILE": str(secret)}).config.catalog.dsn == Secret(" x ")


class TestSecrets:
    @pytest.fixture
    def loaded(self) -> Loaded:
        return load(environ={"DATABASE_URL": CANARY}, flags={"edge.ops_token": "canary-5ecret-token"})

    def test_no_text_of_a_configuration_holds_a_secret(self, loaded: Loaded) -> None:
        texts = [
            repr(loaded),
            str(loaded.config),
            f"{loaded.config.catalog.dsn}",
            repr(asdict(loaded.config)),
            str(loaded.config.edge),
        ]
        assert not [text for text in texts if "canary" in text]

    def test_json_refuses_a_secret(self, loaded: Loaded) -> None:
        with pytest.raises(TypeError):
            json.dumps(asdict(loaded.config.catalog))

    def test_the_description_says_only_that_there_is_one(self, loaded: Loaded) -> None:
        rows = describe(loaded)
        assert ("catalog.dsn", "(secret)", "DATABASE_URL") in rows
        assert ("catalog.owner_dsn", "", "default") in rows
        assert [name for name, _, _ in rows] == list(OPTIONS)

    def test_no_problem_quotes_a_secret(self, tmp_path: Path) -> None:
        file = write(
            tmp_path / "seawall.toml", f'[auth]\nseal_key = "canary"\n[catalog]\ndsn = "{CANARY}\\n"\nowner_dsn = "canary\n'
        )
        found = [
            *problems(file=file),
            *problems(environ={"SEAWALL__EDGE__OPS_TOKEN": "canary", "SEAWALL__CATALOG__DSN": "canary\x1b"}),
            *problems(flags={"environment": "production", "catalog.dsn": CANARY, "catalog.owner_dsn": CANARY}),
        ]
        assert len(found) == 4
        assert not [each for each in found if "canary" in each]

    def test_secrets_compare_by_what_they_hide(self) -> None:
        assert Secret("a") == Secret("a") != Secret("b")
        assert Secret("a") != "a"
        assert Secret("ä").matches("ä")
        assert not Secret("a").matches("\udcff")
        assert not Secret()

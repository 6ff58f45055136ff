"""The settings: where a value comes from, what is refused, and what an operator is shown."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli.config import config as config_command
from gateway.config.config import OPTIONS, Config, Environment
from gateway.config.load import load
from gateway.config.problems import BrokenSettings
from gateway.config.reference import example, reference
from tests.factories.settings import problems, write

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("SEAWALL", "AWS_")) or name in ("DATABASE_URL", "REDIS_URL"):
            monkeypatch.delenv(name)


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    return write(tmp_path / "seawall.toml", '[catalog]\ndsn = "from-file"\n[edge]\nregion = "from-file"\n')


class TestPrecedence:
    """Each source against each that it beats, on a setting that all of them can give."""

    def given(self, *sources: str, toml: Path) -> tuple[str, str]:
        environ = {"environment": {"SEAWALL__EDGE__REGION": "from-environment"}, "familiar": {"AWS_REGION": "from-familiar"}}
        loaded = load(
            flags={"edge.region": "from-flag"} if "flag" in sources else {},
            environ={name: text for source in sources for name, text in environ.get(source, {}).items()},
            file=toml if "file" in sources else None,
        )
        return loaded.config.edge.region, loaded.sources["edge.region"]

    def test_without_any_source_the_default_stands(self, toml: Path) -> None:
        assert self.given(toml=toml) == ("us-east-1", "default")

    @pytest.mark.parametrize("loser", ["environment", "familiar", "file"])
    def test_a_flag_beats(self, loser: str, toml: Path) -> None:
        assert self.given("flag", loser, toml=toml) == ("from-flag", "command line")

    @pytest.mark.parametrize("loser", ["familiar", "file"])
    def test_the_environment_beats(self, loser: str, toml: Path) -> None:
        assert self.given("environment", loser, toml=toml) == ("from-environment", "SEAWALL__EDGE__REGION")

    def test_a_familiar_name_beats_the_file(self, toml: Path) -> None:
        assert self.given("familiar", "file", toml=toml) == ("from-familiar", "AWS_REGION")

    def test_the_file_beats_the_default(self, toml: Path) -> None:
        assert self.given("file", toml=toml) == ("from-file", str(toml))

    def test_the_order_is_the_same_with_all_of_them(self, toml: Path) -> None:
        assert self.given("flag", "environment", "familiar", "file", toml=toml)[0] == "from-flag"

    def test_a_secret_file_has_the_rank_of_the_place_that_names_it(self, tmp_path: Path, toml: Path) -> None:
        secret = write(tmp_path / "dsn", "from-secret-file\n")
        environ = {"SEAWALL__CATALOG__DSN_FILE": str(secret), "DATABASE_URL": "from-familiar"}
        loaded = load(environ=environ, file=toml)
        assert loaded.config.catalog.dsn.reveal() == "from-secret-file"
        assert loaded.sources["catalog.dsn"] == f"SEAWALL__CATALOG__DSN_FILE: {secret}"
        assert load(flags={"catalog.dsn": "from-flag"}, environ=environ).config.catalog.dsn.reveal() == "from-flag"


class TestSources:
    def test_the_process_environment_is_read_when_none_is_given(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SEAWALL__WORKERS", "3")
        assert load().config.workers == 3

    def test_a_dotenv_file_is_not_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(tmp_path / ".env", "SEAWALL__WORKERS=3\n")
        monkeypatch.chdir(tmp_path)
        assert load().config == Config()

    @pytest.mark.parametrize(
        ("name", "dotted"), [("DATABASE_URL", "catalog.dsn"), ("REDIS_URL", "sessions.url"), ("AWS_DEFAULT_REGION", "edge.region")]
    )
    def test_familiar_names_are_understood(self, name: str, dotted: str) -> None:
        assert load(environ={name: "given"}).sources[dotted] == name

    def test_an_empty_familiar_name_says_nothing(self) -> None:
        loaded = load(environ={"DATABASE_URL": "", "AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-west-1"})
        assert loaded.sources["catalog.dsn"] == "default"
        assert loaded.config.edge.region == "eu-west-1"

    def test_of_two_familiar_names_the_narrower_wins(self) -> None:
        assert load(environ={"AWS_DEFAULT_REGION": "other", "AWS_REGION": "mine"}).config.edge.region == "mine"

    def test_the_file_may_be_named_by_the_environment_and_the_flag_goes_before(self, tmp_path: Path, toml: Path) -> None:
        other = write(tmp_path / "other.toml", '[edge]\nregion = "from-other"\n')
        environ = {"SEAWALL_CONFIG": str(other)}
        assert load(environ=environ).config.edge.region == "from-other"
        assert load(environ=environ, file=toml).config.edge.region == "from-file"

    def test_what_clients_read_is_no_setting(self) -> None:
        environ = {"SEAWALL_ENDPOINT": "http://x", "SEAWALL_API_KEY": "k", "SEAWALL_TEST_REQUIRE": "weed", "SEAWALL_CONFIG": ""}
        assert load(environ=environ).config == Config()

    def test_the_file_takes_values_in_their_own_types(self, tmp_path: Path) -> None:
        text = 'environment = "test"\nworkers = 2\n[edge]\nmax_body_bytes = "64 MiB"\nkeepalive = 7\n'
        text += "[catalog]\nslow_query = 0.25\n[auth]\n"
        config = load(environ={}, file=write(tmp_path / "seawall.toml", text)).config
        assert (config.environment, config.workers) == (Environment.TEST, 2)
        assert (config.edge.max_body_bytes, config.edge.keepalive, config.catalog.slow_query) == (64 << 20, 7.0, 0.25)

    @pytest.mark.parametrize(
        "line", ["edge.host = 7", "edge.port = true", "edge.port = 1.5", "edge.port = []", "catalog.slow_query = nan"]
    )
    def test_the_file_is_refused_a_value_of_another_type(self, line: str, tmp_path: Path) -> None:
        [problem] = problems(file=write(tmp_path / "seawall.toml", line))
        assert problem.startswith(line.partition(" ")[0])


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "suggestion"),
        [("SEAWALL__CATLOG__DSN", "SEAWALL__CATALOG__DSN"), ("SEAWALL__EDGE__PORT_FILE", "SEAWALL__EDGE__PORT")],
    )
    def test_an_unknown_variable_is_refused(self, name: str, suggestion: str) -> None:
        [problem] = problems(environ={name: "x"})
        assert problem.startswith(f"There is no setting {name}")
        assert f"did you mean {suggestion}?" in problem

    def test_a_variable_in_small_letters_is_none(self) -> None:
        assert problems(environ={"SEAWALL__catalog__dsn": "x"}) == ["There is no setting SEAWALL__catalog__dsn. (environment)"]

    def test_an_unknown_key_of_the_file_is_refused_with_what_was_meant(self, tmp_path: Path) -> None:
        found = problems(file=write(tmp_path / "seawall.toml", "[edge]\nprot = 1\n[catlog]\n[edge.tls]\n"))
        assert "There is no setting edge.prot; did you mean edge.port?" in found[0]
        assert [each.split()[4].rstrip(";.") for each in found] == ["edge.prot", "edge.tls", "catlog"]

    def test_an_unknown_flag_is_refused(self) -> None:
        assert problems(flags={"edge.hots": "x"}) == ["There is no setting edge.hots; did you mean edge.host? (command line)"]

    @pytest.mark.parametrize("name", ["edge.port", "store.kind", "catalog.slow_query", "environment", "store.directory"])
    def test_an_empty_value_is_not_a_default(self, name: str) -> None:
        assert problems(flags={name: ""})[0].startswith(f"{name} is not valid")

    def test_all_problems_are_told_at_once(self, tmp_path: Path) -> None:
        file = write(tmp_path / "seawall.toml", "[edge]\nnonsense = 1\nport = 70000\n")
        found = problems(
            flags={"environment": "prod", "store.kind": "memory", "workers": "2"},
            environ={"SEAWALL__CATALOG__POOL_MIN": "many", "SEAWALL__EDGE__OPS_HOST": "0.0.0.0", "SEAWALL__NOPE": "1"},
            file=file,
        )
        told = "\n".join(found)
        for each in (
            "edge.nonsense",
            "edge.port",
            "environment is",
            "store.kind",
            "catalog.pool_min is",
            "edge.ops_host",
            "SEAWALL__NOPE",
        ):
            assert each in told
        assert len(found) == 7

    def test_a_broken_setting_is_not_blamed_for_what_follows(self) -> None:
        assert len(problems(flags={"edge.ops_host": "0.0.0.0", "edge.ops_token": "short"})) == 1
        assert len(problems(flags={"edge.ops_host": "0.0.0.0", "edge.ops_token_file": "/none"})) == 1

    def test_one_source_may_say_a_thing_once(self, tmp_path: Path) -> None:
        secret = write(tmp_path / "dsn", "x")
        [problem] = problems(environ={"SEAWALL__CATALOG__DSN": "y", "SEAWALL__CATALOG__DSN_FILE": str(secret)})
        assert "given twice" in problem

    @pytest.mark.parametrize("text", ["[edge", "a = 'x\x00'", "\xff"])
    def test_a_file_that_is_not_toml_is_refused(self, text: str, tmp_path: Path) -> None:
        path = tmp_path / "seawall.toml"
        path.write_bytes(text.encode("latin-1"))
        [problem] = problems(file=path)
        assert str(path) in problem

    def test_a_file_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        assert problems(environ={"SEAWALL_CONFIG": str(tmp_path / "none")})[0].endswith("cannot be read.")


class TestPages:
    def test_the_example_environment_is_what_the_sections_say(self) -> None:
        assert (ROOT / ".env.example").read_text() == example()

    def test_the_reference_page_is_what_the_sections_say(self) -> None:
        assert (ROOT / "docs/configuration.md").read_text() == reference()

    def test_the_example_holds_every_setting_at_its_default(self) -> None:
        lines = [line.removeprefix("#") for line in example().splitlines() if line.startswith("#SEAWALL__")]
        assert load(environ=dict(line.split("=", 1) for line in lines)).config == Config()
        assert len(lines) == len(OPTIONS)


class TestShow:
    def run(self, *arguments: str, environ: Mapping[str, str] | None = None) -> tuple[int, str]:
        result = CliRunner(env=environ).invoke(config_command, ["show", *arguments])
        return result.exit_code, result.output

    def test_it_shows_values_and_where_they_came_from(self, toml: Path) -> None:
        code, output = self.run("--set", "edge.port=0", "--config", str(toml), environ={"SEAWALL__WORKERS": "4"})
        assert code == 0
        cells = {line.split()[0]: line.split()[1:] for line in output.splitlines()}
        assert cells["edge.port"] == ["0", "command", "line"]
        assert cells["workers"] == ["4", "SEAWALL__WORKERS"]
        assert cells["edge.region"] == ["from-file", str(toml)]
        assert cells["catalog.dsn"] == ["(secret)", str(toml)]

    def test_it_shows_json(self) -> None:
        code, output = self.run("--json", "--set", "catalog.dsn=canary")
        assert code == 0
        assert {"setting": "catalog.dsn", "value": "(secret)", "from": "command line"} in json.loads(output)
        assert "canary" not in output

    def test_it_shows_nothing_of_settings_that_are_broken(self) -> None:
        result = CliRunner().invoke(config_command, ["show", "--set", "edge.prot=1", "--set", "workers=0"])
        assert (result.exit_code, result.output) == (1, "")
        assert isinstance(result.exception, BrokenSettings)
        assert len(result.exception.problems) == 2

    def test_a_pair_without_an_equals_sign_is_refused(self) -> None:
        assert self.run("--set", "edge.port")[0] == 2

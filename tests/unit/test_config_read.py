"""Reading settings that are broken, for whoever wants to see the rest too."""

from pathlib import Path

import pytest

from gateway.config.load import load, read
from gateway.config.problems import BrokenSettings
from tests.factories.settings import write


def test_what_is_broken_stands_at_its_default_and_is_told(tmp_path: Path) -> None:
    environ = {"SEAWALL__WORKERS": "many", "SEAWALL__EDGE__PORT": "9100"}
    loaded = read(environ=environ)
    assert (loaded.config.workers, loaded.config.edge.port) == (1, 9100)
    assert [problem.about for problem in loaded.problems] == [("workers",)]
    with pytest.raises(BrokenSettings) as caught:
        load(environ=environ)
    assert caught.value.problems == loaded.problems


def test_files_that_secrets_were_found_in_are_told_and_no_others(tmp_path: Path) -> None:
    key = write(tmp_path / "key", "k" * 44)
    plain = write(tmp_path / "plain.toml", "workers = 2\n")
    assert read(environ={"SEAWALL__AUTH__SEAL_KEY_FILE": str(key)}, file=plain).secret_files == {key}
    secret = write(tmp_path / "secret.toml", '[catalog]\ndsn = "postgresql://h/n"\n')
    assert read(environ={}, file=secret).secret_files == {secret}
    assert read(environ={"DATABASE_URL": "postgresql://h/n"}, file=secret).secret_files == set()

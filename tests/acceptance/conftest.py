"""One installation for the tests of a module."""

from collections.abc import Iterator

import pytest

from tests.acceptance.installed import Installation, installed


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("installed")) as installation:
        yield installation

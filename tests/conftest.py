"""What all tests share: an environment that says nothing of us, and the fixtures of `tests/fixtures/`."""

import os

pytest_plugins = ["tests.fixtures.servers", "tests.fixtures.databases"]

_PREFIXES = ("SEAWALL__", "AWS_", "PG")
_NAMES = {"DATABASE_URL", "REDIS_URL", "SEAWALL_ENDPOINT", "SEAWALL_API_KEY"}

# Before any module of ours is imported: what the developer has set for other purposes is not part of a test.
for _name in [name for name in os.environ if name.startswith(_PREFIXES) or name in _NAMES]:
    del os.environ[_name]

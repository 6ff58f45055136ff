"""What all tests share: an environment that says nothing of us, and the fixtures of `tests/fixtures/`."""

import os

from hypothesis import settings

pytest_plugins = ["tests.fixtures.servers", "tests.fixtures.databases", "tests.fixtures.weed"]

_PREFIXES = ("SEAWALL__", "AWS_", "PG")
_NAMES = {"DATABASE_URL", "REDIS_URL", "SEAWALL_ENDPOINT", "SEAWALL_API_KEY"}

# Before any module of ours is imported: what the developer has set for other purposes is not part of a test.
for _name in [name for name in os.environ if name.startswith(_PREFIXES) or name in _NAMES]:
    del os.environ[_name]

# By the hand of a developer properties look for something new each time; in CI a failure must be that of the change.
settings.register_profile("developer", deadline=None, print_blob=True)
settings.register_profile("ci", settings.get_profile("developer"), derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "developer")

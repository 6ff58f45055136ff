"""The import rules of the three rooms, and that breaking them is noticed."""

from pathlib import Path

import pytest

from tests.architecture.rooms import ROOMS, modules, violations

MODULES = list(modules())

PLANTED = [
    ("buckets.names", "import asyncpg"),
    ("buckets.ports", "from buckets.catalog.pool import Pool"),
    ("buckets.model.blob", "from buckets.service.put import PutObject"),
    ("buckets.model.blob", "import gateway"),
    ("buckets.service.put", "from seaweedfs.disk import DiskBlobStore"),
    ("buckets.service.put", "def late():\n    from buckets.catalog.pool import Pool"),
    ("buckets.service.put", "import aiohttp"),
    ("buckets.memory.catalog", "import redis"),
    ("buckets.catalog.pool", "import redis"),
    ("buckets.catalog.pool", "from buckets.service import put"),
    ("buckets.sessions.link", "import asyncpg"),
    ("seaweedfs.disk", "from gateway.edge import body"),
    ("seaweedfs.store", "from aiohttp import web"),
    ("seaweedfs.store", "import aiohttp.web"),
    ("gateway.edge.body", "from gateway.s3.errors import TABLE"),
    ("gateway.edge.body", "from gateway import rest"),
    ("gateway.auth.guard", "from gateway.s3.router import Router"),
    ("gateway.auth.guard", "import asyncpg"),
    ("gateway.s3.router", "from gateway.rest.problems import TABLE"),
    ("gateway.s3.router", "from gateway.ingest.digests import StreamChecksums"),
    ("gateway.s3.router", "from buckets.service.put import PutObject"),
    ("gateway.s3.router", "from buckets.catalog.catalog import PostgresCatalog"),
    ("gateway.rest.routes", "from gateway.s3.router import Router"),
    ("gateway.rest.routes", "import asyncpg"),
    ("gateway.rest.routes", "from gateway.worker import jobs"),
    ("gateway.ingest.digests", "from aiohttp import web"),
    ("gateway.images.decode", "import aiohttp"),
    ("gateway.worker.sweep", "from gateway.s3.router import Router"),
    ("gateway.embedded.postgres", "from gateway.build import build"),
    ("gateway.doctor.database", "import asyncpg"),
    ("gateway.doctor.store", "from gateway.build.bytes import blob_store"),
    ("gateway.observe.metrics", "from gateway.edge import body"),
    ("gateway.s3.router", "from gateway.build import build"),
    ("gateway.s3.router", "import importlib\nimportlib.import_module('asyncpg')"),
    ("gateway.s3.router", "import importlib\nimportlib.import_module(name)"),
    ("gateway.s3.router", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import asyncpg"),
]

ALLOWED = [
    ("buckets.names", "import re\nfrom buckets.errors import InvalidName"),
    ("buckets.service.put", "from buckets.ports import Ids"),
    ("buckets.catalog.pool", "import asyncpg\nfrom buckets import conditions"),
    ("seaweedfs.store", "from aiohttp import ClientSession"),
    ("gateway.auth.guard", "from buckets.service.put import PutObject"),
    ("gateway.s3.router", "from gateway.auth.guard import Guarded"),
    ("gateway.config", "from buckets.catalog.settings import CatalogSettings"),
    ("gateway.build", "import asyncpg\nfrom gateway.ingest.digests import StreamChecksums"),
    ("gateway.serve", "from gateway.build import House"),
]


@pytest.mark.parametrize(("module", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_module_imports_only_what_its_room_may(module: str, path: Path) -> None:
    assert not [str(violation) for violation in violations(module, path.read_text("utf-8"))]


@pytest.mark.parametrize(("module", "source"), PLANTED)
def test_planted_violation_is_caught(module: str, source: str) -> None:
    assert violations(module, source)


@pytest.mark.parametrize(("module", "source"), ALLOWED)
def test_lawful_import_passes(module: str, source: str) -> None:
    assert not violations(module, source)


def test_every_room_has_a_sign_on_its_door() -> None:
    signs = {module: path for module, path in MODULES if path.name == "__init__.py"}
    unsigned = [module for module, path in signs.items() if not path.read_text("utf-8").startswith('"""')]
    assert not unsigned
    assert {module for module in signs if module.count(".") <= 1} <= ROOMS.keys() | {"buckets.model", "buckets.ports"}

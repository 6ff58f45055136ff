"""What the JSON API answers to an attack is held against its table of routes as well."""

from tests.http.conftest import honest

__all__ = ["honest"]

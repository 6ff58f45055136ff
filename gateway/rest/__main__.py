"""`python -m gateway.rest`: the description of the JSON API, as docs/openapi.json holds it."""

import sys

from gateway.rest.openapi import written
from gateway.rest.routes import ROUTES

if __name__ == "__main__":
    sys.stdout.write(written(ROUTES))

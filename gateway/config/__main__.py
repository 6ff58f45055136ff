"""Prints what is made from the sections: `example` is `.env.example`, `reference` is `docs/configuration.md`."""

import sys

from gateway.config.reference import example, reference

if __name__ == "__main__":
    sys.stdout.write(reference() if sys.argv[1:] == ["reference"] else example())

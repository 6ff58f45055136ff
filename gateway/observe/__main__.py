"""Prints `docs/metrics.md`."""

import sys

from gateway.observe.reference import reference

if __name__ == "__main__":
    sys.stdout.write(reference())

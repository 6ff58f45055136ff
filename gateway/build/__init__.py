"""What stands on what: the only place that knows every concrete class.

May import everything; imported by `serve`, `cli` and tests. Start reading at `house.py`; `knowledge.py` is what PostgreSQL or
memory knows, `bytes.py` where bytes go, `work.py` what is done in the background, `doctor.py`
what is examined.
"""

from gateway.build.house import House, build

__all__ = ["House", "build"]

"""PostgreSQL: the catalog's room.

It keeps the truth about everything but bytes. It may import the core of `buckets` and asyncpg; every statement stands in
`queries/*.sql` under a name, and nothing but errors of `buckets.errors` leaves the room (`faults.py`). Start reading at `pool.py`,
which all queries go through, then `catalog.py`; `migrate.py` brings the schema up.
"""

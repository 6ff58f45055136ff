"""PostgreSQL and Valkey from their wheels, supervised: what `seawall up` and the tests run on.

Imports the core and, in `roles.py`, asyncpg. Only the trial mode needs this room: in production the servers are somebody else's.
Start reading at `supervisor.py`, then `server.py` (the life of one server), then `postgres.py`. Whatever a newcomer can mend comes
out as a `StartupProblem`.

Three promises hold the room together. The servers die with us, even by `kill -9` (`launch.py`). Nobody touches a server's files
before the last process of its predecessor is gone (`lock.py`). No user is created, and no directory changes its mode or owner but
within the data directory (`identity.py`).
"""

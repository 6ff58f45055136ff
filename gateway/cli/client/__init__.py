"""The command line as a client of `/v1`, for `seawall put|get|ls|rm|mv|cp|buckets`.

May import click, rich, aiohttp's client and the names and scalars of the core. aiohttp and rich are imported when a command runs,
not when it is described. Start reading at `run.py`, then `link.py` (requests), `upload.py` and `download.py`.
"""

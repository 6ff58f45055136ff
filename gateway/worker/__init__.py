"""Work that nobody waits for: jobs are taken when they are due, run by their handlers and settled.

May import the core, `buckets.service`, `gateway.wire` and the aiohttp client. Start reading at `runner.py`. A kind of job is a
handler under the kind's name; `gateway/build.py` passes them in.
"""

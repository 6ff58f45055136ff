"""The S3 front: what S3 clients say, and what they are told, in AWS's names, codes, XML and limits.

May import the core, `gateway.edge`, `gateway.wire`, `gateway.auth` and aiohttp.web; never another front. The S3 vocabulary
stops here. Start reading at `front.py`, then `router.py` (the table of operations) and `operations/`, a file for each.
"""

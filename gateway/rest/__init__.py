"""The JSON front: what the services next to us say, and what they are told, at `/v1`.

May import the core, `gateway.edge`, `gateway.wire`, `gateway.auth`, aiohttp.web and msgspec; never another front. Start reading at
`front.py`, then `routes.py` (the table of routes) and a file for each resource.
"""

"""The HTTP plumbing that the fronts share: what a request is, how its body arrives, how an answer leaves.

May import the core and aiohttp; never a front, never `gateway.auth`. Start reading at `conversation.py` (what happens to every
request, in which order), then `exchange.py`, `body.py` and `respond.py`.
"""

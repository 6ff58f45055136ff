"""Looking at the service from outside: logs, metrics and health, and the listener that shows them to an operator.

May import the core, prometheus_client, structlog and aiohttp.web. Only `build.py` imports it: the other rooms log through stdlib
`logging` and count through the `Meter` port. Start reading at `ops.py`; `catalogue.py` lists the metrics.
"""

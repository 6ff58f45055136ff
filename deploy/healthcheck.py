#!/usr/bin/env python
"""Whether the process beside this one is ready: asks its operations listener, found by the same environment."""

import http.client
import sys

from gateway.config.load import load

_TIMEOUT = 4.0


def main() -> None:
    edge = load().config.edge
    connection = http.client.HTTPConnection("127.0.0.1", edge.ops_port, timeout=_TIMEOUT)
    headers = {"Authorization": f"Bearer {edge.ops_token.reveal()}"} if edge.ops_token else {}
    try:
        connection.request("GET", "/health/ready", headers=headers)
        answer = connection.getresponse()
        status, body = answer.status, answer.read().decode("utf-8", "replace")
    except OSError as error:
        sys.exit(f"no answer: {error}")
    finally:
        connection.close()
    sys.exit(0 if status == http.HTTPStatus.OK else f"{status} {body}")


if __name__ == "__main__":
    main()

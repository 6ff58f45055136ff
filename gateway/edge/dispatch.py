"""Which front a request is for. Only its raw path decides: no bucket's name has two letters."""

from collections.abc import Callable

from gateway.edge.conversation import Front


def by_path(*, rest: Front, s3: Front) -> Callable[[str], Front]:
    """`/v1` is the JSON API's, whatever else there is is S3's."""

    def front_of(raw_path: str) -> Front:
        return rest if raw_path.partition("?")[0] == "/v1" or raw_path.startswith("/v1/") else s3

    return front_of

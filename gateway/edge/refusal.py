"""What HTTP itself says of an error in headers, whatever the front says of it in its body."""

from buckets.errors import Busy, MethodNotAllowed, RangeNotSatisfiable, RequestRunning, StorageError, TooManyAttempts


def refusal_headers(error: StorageError) -> dict[str, str]:
    match error:
        case Busy() | RequestRunning() | TooManyAttempts():
            return {"Retry-After": str(error.retry_after)}
        case MethodNotAllowed():
            return {"Allow": error.allowed}
        case RangeNotSatisfiable():
            return {"Content-Range": f"bytes */{error.size}"}
        case _:
            return {}

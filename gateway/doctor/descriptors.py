"""How many files and connections one process may have open, beside what the settings let it open."""

from gateway.doctor.finding import Finding, failed, warned, well

NAME = "descriptors"
_OWN = 64


def descriptors(limit: int, *, inside: int, requests: int) -> Finding:
    """`inside` are connections to the parts behind us, `requests` those that may be served at a time, each on a connection."""
    found = f"this shell allows {limit}, the settings want up to {_OWN + inside + requests}"
    remedy = f"ulimit -n {_rounded(_OWN + inside + requests)}, or LimitNOFILE= where systemd starts it, or ulimits: in compose."
    if limit < _OWN + inside:
        return failed(NAME, found, remedy)
    if limit < _OWN + inside + requests:
        return warned(NAME, found, remedy)
    return well(NAME, found)


def _rounded(wanted: int) -> int:
    """The next power of two."""
    return 1 << (wanted - 1).bit_length()

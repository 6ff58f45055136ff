"""Whether the clocks agree. Signatures hold a time, and both sides of one compare it with their own."""

from datetime import datetime, timedelta

from gateway.doctor.finding import Finding, failed, warned, well

_NOTICED = timedelta(seconds=5)
_FATAL = timedelta(minutes=15)
"""Beyond that no signature is accepted."""


def clocks(check: str, *, ours: datetime, theirs: datetime) -> Finding:
    apart = abs(ours - theirs)
    found = f"{apart.total_seconds():.1f} s {'ahead of' if ours < theirs else 'behind'} ours"
    if apart > _FATAL:
        return failed(
            check, found, "Set both clocks by NTP (timedatectl set-ntp true): signed requests are refused beyond 15 minutes."
        )
    if apart > _NOTICED:
        return warned(check, found, "Set both clocks by NTP (timedatectl set-ntp true).")
    return well(check, f"within {_NOTICED.seconds} s of ours")

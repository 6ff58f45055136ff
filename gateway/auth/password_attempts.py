"""How often passwords may be tried: at one address of mail, and from one place."""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from buckets.errors import TooManyAttempts
from buckets.ports import Attempts

WINDOW = timedelta(minutes=10)
PER_EMAIL = 10
PER_PLACE = 50


@dataclass(frozen=True, slots=True)
class PasswordAttempts:
    """Counts every attempt, right or wrong, before anything is looked up: that too many are refused tells nothing about a user."""

    attempts: Attempts

    async def count(self, email: str, address: str) -> None:
        """One more attempt; TooManyAttempts when it is one too many."""
        await self._count(f"password:place:{place_of(address)}", PER_PLACE)
        await self._count(f"password:email:{email.lower()}", PER_EMAIL)

    async def _count(self, name: str, most: int) -> None:
        counted = await self.attempts.count(name, within=WINDOW)
        if counted.attempts > most:
            raise TooManyAttempts(retry_after=max(1, -(-counted.remaining // timedelta(seconds=1))))


def place_of(address: str) -> str:
    """Whoever has one IPv6 address has all of its network."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network(f"{found}/64", strict=False)) if found.scope_id is None else address
    return address

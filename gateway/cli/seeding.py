"""What `seawall seed` does in the house, from the first user to the last object."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from buckets.defaults import Definition, shipped
from buckets.model.account import Caller, User
from buckets.model.bucket import Rules
from buckets.names import CredentialId
from gateway.auth.permit import Request
from gateway.build import House, build
from gateway.build.house import PLACEMENT
from gateway.cli.seed_keys import KeyFile
from gateway.cli.seed_report import Report, watched
from gateway.cli.stop import Stop
from gateway.config.config import Config
from gateway.periodic import kept_up
from gateway.seed.clearing import PURPOSE, Clearing
from gateway.seed.people import people, writers
from gateway.seed.plan import Plan
from gateway.seed.sower import Sower

_NO_KEY = CredentialId(UUID(int=0))
"""Of whoever runs the command: it is the settings that let it in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeding:
    """One run of it."""

    report: Report
    reset: bool
    quiet: bool
    stop: Stop

    async def run(self, config: Config) -> None:
        self.stop.listen()
        async with build(config) as house:
            try:
                async with kept_up(house.chores), watched(self.report, quiet=self.quiet):
                    await self.carry_out(house)
            finally:
                await house.finish()

    async def carry_out(self, house: House) -> None:
        owner = await house.founding.owner()
        request = Request(id=house.ids.secret(8).hex().upper(), agent="seawall seed")
        if self.reset:
            services = house.guard.for_caller(_operator(owner), request)
            await Clearing(services=services, tally=self.report.tally, stopping=self.stop).clear(self.report.plan)
        if not self.stop():
            await self._sow(house, owner, request)
            self.report.complete = not self.stop()

    async def _sow(self, house: House, owner: User, request: Request) -> None:
        report, plan = self.report, self.report.plan
        report.buckets_made += await house.founding.create_buckets(_definitions(plan), owner)
        users = people(owner.account, plan.seed, plan.numbers.users)
        report.users_made = sum([await house.catalog.ensure_user(user) for user in users])
        callers = await KeyFile(report.credentials, house).callers(users)
        sower = Sower(guard=house.guard, request=request, writers=writers(callers), tally=report.tally, stopping=self.stop)
        await sower.sow(plan)


def _operator(owner: User) -> Caller:
    return Caller(account=owner.account, user=owner.id, role=owner.role, credential=_NO_KEY)


def _definitions(plan: Plan) -> Iterator[Definition]:
    """Of the plan's buckets: as they are shipped, or plain ones."""
    known = {each.name: each for each in shipped()}
    for name in plan.buckets:
        yield known.get(name) or Definition(name=name, placement=PLACEMENT, rules=Rules(purpose=PURPOSE))

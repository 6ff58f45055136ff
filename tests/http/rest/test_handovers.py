"""Users that are deleted in favour of others, over the JSON API."""

from datetime import timedelta
from typing import Any

import pytest

from buckets.model.account import Role, Status, User
from buckets.model.job import Done, Failed, Job, JobState
from buckets.names import BucketName
from buckets.service.estates import PassOn
from gateway.auth.users import HANDOVER
from gateway.worker.estates import pass_on_handler
from gateway.worker.runner import Task
from tests.factories import values
from tests.http.house import House, Tenant
from tests.http.rest.talk import look, problem, put, say, says, speaking_as
from tests.http.wire import Reply, ask


@pytest.fixture
async def ann(house: House) -> Tenant:
    """Who leaves a bucket and an object."""
    member = await house.member(Role.ADMIN, email="ann@example.org")
    with speaking_as(house, member):
        await put(house, "letter", b"dear all")
    assert (await say(house, "POST", "/v1/buckets", {"name": "cards"}, by=member)).status == 201
    return member


async def leave(house: House, user: User, heir: Any, by: Tenant | None = None) -> Reply:
    with speaking_as(house, by or house.alice):
        return await ask(house, "DELETE", f"/v1/users/{user.id}?transfer_to={heir}")


async def jobs(house: House) -> list[Job]:
    return [job for job in await house.jobs.page(limit=100) if job.kind == HANDOVER]


async def work(house: House) -> Done | Failed:
    """As a worker does."""
    [job] = await jobs(house)
    return await pass_on_handler(PassOn(estates=house.catalog))(Task(job))


async def test_who_leaves_is_turned_away_at_once_and_a_job_gives_to_the_heir(house: House, ann: Tenant) -> None:
    bob = await house.member(Role.USER)
    reply = await leave(house, ann.user, bob.user.id)
    [job] = await jobs(house)
    url = f"https://files.example.org/v1/jobs/{job.id}"
    assert (reply.status, says(reply), reply.headers["location"]) == (202, {"job": {"id": str(job.id), "url": url}}, url)
    assert (job.state, job.account, job.owner) == (JobState.WAITING, house.alice.user.account, house.alice.user.id)
    assert problem(await look(house, "/v1/me", by=ann)) == (401, "unauthenticated")
    assert says(await look(house, f"/v1/jobs/{job.id}"))["kind"] == "handover"
    assert await work(house) == Done({"buckets": 1, "versions": 1})
    head = house.head("letter")
    assert head is not None
    assert {head.owner, house.catalog.buckets[BucketName("cards")].owner} == {bob.user.id}
    assert (await look(house, "/v1/objects/photos/letter", by=bob)).body == b"dear all"
    assert problem(await ask(house, "DELETE", f"/v1/users/{bob.user.id}")) == (409, "user-owns-objects")


async def test_who_does_not_know_whether_it_was_begun_says_it_again(house: House, ann: Tenant) -> None:
    bob = await house.member(Role.USER)
    first, again = await leave(house, ann.user, bob.user.id), await leave(house, ann.user, bob.user.id)
    assert (first.status, first.body) == (202, again.body)
    assert len(await jobs(house)) == 1
    assert [line.deed.action for line in house.catalog.audit].count("delete_user") == 1


async def test_an_heir_that_is_gone_meanwhile_ends_it_and_another_can_be_named(house: House, ann: Tenant) -> None:
    bob, eve = await house.member(Role.USER), await house.member(Role.USER)
    await leave(house, ann.user, bob.user.id)
    assert (await ask(house, "DELETE", f"/v1/users/{bob.user.id}")).status == 204
    job = await house.jobs.claim([HANDOVER], holder=values.IDS.uuid7(), lasting=timedelta(minutes=1))
    assert job is not None
    outcome = await pass_on_handler(PassOn(estates=house.catalog))(Task(job))
    assert outcome == Failed(f"There is no user {bob.user.id}.", retry=False)
    assert (await leave(house, ann.user, eve.user.id)).status == 202


async def test_what_has_no_heir_in_the_account_is_not_begun(house: House, ann: Tenant) -> None:
    stranger = await house.tenant("210987654321", "theirs")
    gone = await house.member(Role.USER)
    assert (await ask(house, "DELETE", f"/v1/users/{gone.user.id}")).status == 204
    for heir in (stranger.user.id, gone.user.id, ann.user.id, values.user().id):
        assert problem(await leave(house, ann.user, heir)) == (404, "no-such-user")
    for word in ("", "me", "1"):
        assert problem(await leave(house, ann.user, word)) == (400, "invalid-value")
    assert house.catalog.users[ann.user.id].status is Status.ACTIVE
    assert await jobs(house) == []


async def test_an_heir_changes_nothing_about_who_may_delete_whom(house: House, ann: Tenant) -> None:
    bob, stranger = await house.member(Role.USER), await house.tenant("210987654321", "theirs")
    for reply in (
        await leave(house, ann.user, bob.user.id, by=bob),
        await leave(house, ann.user, bob.user.id, by=ann),
        await leave(house, house.alice.user, bob.user.id, by=ann),
        await leave(house, house.alice.user, bob.user.id),
    ):
        assert problem(reply) == (403, "not-permitted")
    assert problem(await leave(house, ann.user, stranger.user.id, by=stranger)) == (404, "no-such-user")
    assert await jobs(house) == []

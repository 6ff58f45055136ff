"""Which objects are seeded: always the same ones, each of which its bucket takes."""

import hashlib
from functools import cache
from itertools import islice

import pytest

from buckets.defaults import shipped
from buckets.metadata import parse_metadata
from buckets.model.account import Role
from buckets.names import AccountId, BucketName
from buckets.tags import parse_tags
from gateway.seed.dice import Dice
from gateway.seed.item import Item
from gateway.seed.people import people
from gateway.seed.plan import NUMBERS, Numbers, Plan, SeedSet

ACCOUNT = AccountId("123456789012")
KNOWN = "c8278b092391a7438bbe7abc7594ddded2d1e6aa3002eab6dd14d2aed03063f7"


def plan(set_: SeedSet = SeedSet.DEV, *, seed: int = 1, buckets: int = 7, objects: int = 60) -> Plan:
    return Plan(set=set_, seed=seed, numbers=Numbers(users=3, buckets=buckets, objects=objects))


@cache
def demo() -> list[Item]:
    return list(Plan(set=SeedSet.DEMO, seed=1, numbers=NUMBERS[SeedSet.DEMO]).items())


def digest(item: Item) -> str:
    sketch = item.sketch
    words = repr((item.bucket, item.key, sketch.content_type, dict(item.metadata), dict(sketch.tags), sketch.deleted))
    return hashlib.sha256(b"\0".join([words.encode(), *sketch.drafts])).hexdigest()


def digests(of: Plan) -> set[str]:
    return {digest(item) for item in of.items()}


def test_the_bytes_are_those_of_every_machine_and_every_release() -> None:
    whole = hashlib.sha256("".join(digest(item) for item in plan().items()).encode()).hexdigest()
    assert whole == KNOWN, "seeded installations would get all of these objects anew"


@pytest.mark.parametrize("set_", SeedSet)
def test_twice_the_same(set_: SeedSet) -> None:
    once, again = (plan(set_, objects=100) for _ in range(2))
    assert [digest(item) for item in once.items()] == [digest(item) for item in again.items()]


def test_another_seed_makes_other_objects_under_other_names() -> None:
    one, two = ({(item.bucket, item.key) for item in plan(seed=seed).items()} for seed in (1, 2))
    assert one.isdisjoint(two)
    assert digests(plan()).isdisjoint(digests(plan(seed=2)))


def test_a_larger_number_only_adds() -> None:
    assert digests(plan(objects=60)) < digests(plan(objects=200))
    assert digests(plan()) < {digest(item) for item in demo()}


@pytest.mark.parametrize("objects", [0, 1, 11, 12, 13, 60, 130])
@pytest.mark.parametrize("buckets", [1, 2, 7, 9])
def test_there_are_as_many_as_were_asked_for_each_under_a_name_of_its_own(objects: int, buckets: int) -> None:
    items = list(plan(objects=objects, buckets=buckets).items())
    assert len({(item.bucket, item.key) for item in items}) == len(items) == objects
    assert {item.bucket for item in items} <= set(plan(buckets=buckets).buckets)


def test_some_tens_are_of_every_kind() -> None:
    assert set(plan().counts()) == {each.name for each in shipped()}
    assert min(plan().counts().values()) >= 5


def test_further_buckets_are_plain_ones() -> None:
    assert plan(buckets=9).buckets[7:] == [BucketName("sample-08"), BucketName("sample-09")]
    assert plan(SeedSet.LOAD, buckets=3).buckets == [BucketName("batches"), BucketName("sample-02"), BucketName("sample-03")]


def test_its_drafts_differ() -> None:
    for item in demo():
        assert len(set(item.sketch.drafts)) == len(item.sketch.drafts) > 0


def test_words_and_sizes_are_such_as_any_caller_may_send() -> None:
    limits = {each.name: each.rules.limits.object_bytes or 0 for each in shipped()}
    for item in demo():
        assert parse_metadata(item.metadata.items()) == item.metadata
        assert parse_tags(item.sketch.tags.items()) == item.sketch.tags
        assert all(0 < len(draft) <= limits[item.bucket] for draft in item.sketch.drafts)


def test_a_demo_has_drafts_and_trash_to_show() -> None:
    sketches = [item.sketch for item in demo()]
    assert sum(len(sketch.drafts) > 1 for sketch in sketches) > 50
    assert sum(sketch.deleted for sketch in sketches) > 10


def test_a_load_is_made_as_it_is_asked_for() -> None:
    many = Plan(set=SeedSet.LOAD, seed=1, numbers=Numbers(users=1, buckets=1, objects=10_000_000))
    first = list(islice(many.items(), 3))
    assert [item.key for item in first] == [f"load/00000/card-000{number}.png" for number in range(3)]


def test_users_are_always_the_same_and_none_of_them_may_govern() -> None:
    crowd = people(ACCOUNT, 1, 12)
    assert crowd[:3] == people(ACCOUNT, 1, 3)
    assert len({user.id for user in (*crowd, *people(ACCOUNT, 2, 12), *people(AccountId("9" * 12), 1, 12))}) == 36
    assert {user.role for user in crowd} == {Role.SERVICE, Role.USER, Role.READ_ONLY}
    assert crowd[0].role is Role.SERVICE


def test_dice_throw_the_same_for_the_same_words() -> None:
    one, same, other = Dice.of("a", 1), Dice.of("a", 1), Dice.of("a", 2)
    thrown = [[dice.below(1000) for _ in range(20)] for dice in (one, same, other)]
    assert thrown[0] == thrown[1] != thrown[2]
    assert len(set(thrown[0])) > 10
    assert {Dice.of("b", number).between(3, 5) for number in range(50)} == {3, 4, 5}

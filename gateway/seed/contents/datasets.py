"""Lists and tables that batches are made from."""

import csv
import io
import json

from gateway.seed.dice import Dice
from gateway.seed.item import Sketch
from gateway.seed.words import CAMPAIGNS, CITIES, FIRST_NAMES, LAST_NAMES

_FIELDS = ("number", "first_name", "last_name", "city", "birthday")


def dataset(seed: int, number: int) -> Sketch:
    """Every second one was made longer once."""
    dice = Dice.of(seed, "dataset", number)
    campaign, is_table = dice.pick(CAMPAIGNS), number % 2 == 0
    size = dice.between(20, 120)
    drafts = [_people(Dice.of(dice.words, "people"), count) for count in (size, size + 10)[: 1 + number // 2 % 2]]
    return Sketch(
        name=f"{campaign}/recipients-{number + 1:03}.{'csv' if is_table else 'json'}",
        content_type="text/csv; charset=utf-8" if is_table else "application/json",
        drafts=[_table(people) if is_table else _document(people) for people in drafts],
        metadata={"rows": str(len(drafts[-1]))},
        tags={"campaign": campaign, "kind": "recipients"},
    )


def _people(dice: Dice, count: int) -> list[dict[str, str]]:
    return [_person(dice, number) for number in range(1, count + 1)]


def _person(dice: Dice, number: int) -> dict[str, str]:
    birthday = f"{dice.between(1950, 2008)}-{dice.between(1, 12):02}-{dice.between(1, 28):02}"
    values = str(number), dice.pick(FIRST_NAMES), dice.pick(LAST_NAMES), dice.pick(CITIES), birthday
    return dict(zip(_FIELDS, values, strict=True))


def _table(people: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, _FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(people)
    return text.getvalue().encode()


def _document(people: list[dict[str, str]]) -> bytes:
    return json.dumps({"recipients": people}, ensure_ascii=False, indent=1).encode() + b"\n"

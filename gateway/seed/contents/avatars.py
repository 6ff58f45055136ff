"""Portraits of people who do not exist."""

from gateway.seed.contents.pictures import emblem
from gateway.seed.dice import Dice
from gateway.seed.item import Sketch
from gateway.seed.words import CITIES, FIRST_NAMES, LAST_NAMES


def avatar(seed: int, number: int) -> Sketch:
    dice = Dice.of(seed, "avatar", number)
    first, last = dice.pick(FIRST_NAMES), dice.pick(LAST_NAMES)
    return Sketch(
        name=f"people/{last.lower()}/{first.lower()}-{number + 1:03}.jpg",
        content_type="image/jpeg",
        drafts=[emblem(dice, comment=f"{first} {last}")],
        metadata={"name": f"{first} {last}", "city": dice.pick(CITIES)},
        tags={"kind": "portrait"},
    )

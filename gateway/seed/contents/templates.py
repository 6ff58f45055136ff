"""Card backgrounds, as a designer uploads them: some in several drafts, a few withdrawn."""

from gateway.seed.contents.pictures import mosaic, slope
from gateway.seed.dice import Dice
from gateway.seed.item import Sketch
from gateway.seed.words import FIRST_NAMES, LAST_NAMES, MOTIFS, SEASONS


def template(seed: int, number: int) -> Sketch:
    dice = Dice.of(seed, "template", number)
    season, motif, year = dice.pick(SEASONS), dice.pick(MOTIFS), dice.between(2024, 2026)
    is_photo = number % 3 == 2
    title = f"{motif.replace('-', ' ').capitalize()}, {season} {year}"
    drafts = [
        _draft(Dice.of(dice.words, draft), f"{title}, draft {draft}", photo=is_photo) for draft in range(1, 2 + number // 3 % 3)
    ]
    return Sketch(
        name=f"{year}/{season}/{motif}-{number + 1:03}.{'jpg' if is_photo else 'png'}",
        content_type="image/jpeg" if is_photo else "image/png",
        drafts=drafts,
        metadata={"title": title, "designer": f"{dice.pick(FIRST_NAMES)} {dice.pick(LAST_NAMES)}"},
        tags={"season": season, "kind": "background", "state": "approved" if dice.below(3) else "draft"},
        deleted=number % 10 == 7,
    )


def _draft(dice: Dice, title: str, *, photo: bool) -> bytes:
    return mosaic(80, 50, dice, comment=title) if photo else slope(480, 300, dice, title=title)

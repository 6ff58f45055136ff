"""Finished cards: batches with their manifests, previews, and the many of a load."""

import json

from gateway.seed.contents.pictures import mosaic, slope
from gateway.seed.dice import Dice
from gateway.seed.item import Sketch
from gateway.seed.words import CAMPAIGNS, FIRST_NAMES, LAST_NAMES

_BATCH = 25
_FOLDER = 1000


def card(seed: int, number: int) -> Sketch:
    """Each batch begins with a manifest; a card now and then was thrown away."""
    batch, place = divmod(number, _BATCH)
    campaign = Dice.of(seed, "batch", batch).pick(CAMPAIGNS)
    folder = f"{campaign}/batch-{batch + 1:03}"
    if place == 0:
        return _manifest(seed, folder, campaign)
    dice = Dice.of(seed, "card", number)
    recipient = f"{dice.pick(FIRST_NAMES)} {dice.pick(LAST_NAMES)}"
    return Sketch(
        name=f"{folder}/card-{place:05}.png",
        content_type="image/png",
        drafts=[slope(240, 150, dice, title=f"For {recipient}")],
        metadata={"recipient": recipient},
        tags={"campaign": campaign, "batch": str(batch + 1)},
        deleted=place % 11 == 10,
    )


def preview(seed: int, number: int) -> Sketch:
    dice = Dice.of(seed, "preview", number)
    campaign, is_photo = dice.pick(CAMPAIGNS), number % 2 == 1
    title = f"Preview {number + 1} of {campaign}"
    return Sketch(
        name=f"previews/{campaign}/preview-{number + 1:04}.{'jpg' if is_photo else 'png'}",
        content_type="image/jpeg" if is_photo else "image/png",
        drafts=[mosaic(20, 12, dice, comment=title) if is_photo else slope(160, 100, dice, title=title)],
        metadata={"width": "160"},
        tags={"campaign": campaign},
    )


def load_card(seed: int, number: int) -> Sketch:
    """Some kilobytes each, a thousand in a folder."""
    folder, place = divmod(number, _FOLDER)
    dice = Dice.of(seed, "load", number)
    return Sketch(
        name=f"load/{folder:05}/card-{place:04}.png",
        content_type="image/png",
        drafts=[slope(dice.between(48, 96), 48, dice, title=f"Card {number}")],
        tags={"kind": "load"},
    )


def _manifest(seed: int, folder: str, campaign: str) -> Sketch:
    dice = Dice.of(seed, "manifest", folder)
    facts = {"campaign": campaign, "cards": _BATCH - 1, "paper": f"{dice.between(3, 6) * 50} g", "copies": dice.between(1, 5)}
    return Sketch(
        name=f"{folder}/manifest.json",
        content_type="application/json",
        drafts=[json.dumps(facts, indent=2).encode() + b"\n"],
        tags={"campaign": campaign},
    )

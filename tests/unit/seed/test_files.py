"""Every file that is seeded is a good one of its type."""

import io
from functools import cache

import pytest
from PIL import Image

from gateway.seed.files.jpeg import jpeg
from gateway.seed.files.pdf import pdf
from gateway.seed.files.png import png
from gateway.seed.item import Item
from gateway.seed.plan import NUMBERS, Plan, SeedSet
from tests.unit.seed import opening

RED, WHITE = (200, 30, 40), (255, 255, 255)


@cache
def demo() -> list[Item]:
    return list(Plan(set=SeedSet.DEMO, seed=1, numbers=NUMBERS[SeedSet.DEMO]).items())


@pytest.mark.parametrize("content_type", opening.READERS)
def test_every_file_opens_as_what_it_is_called(content_type: str) -> None:
    drafts = [draft for item in demo() if item.sketch.content_type == content_type for draft in item.sketch.drafts]
    assert drafts
    for draft in drafts:
        opening.READERS[content_type](draft)


def test_no_type_is_left_unopened() -> None:
    assert {item.sketch.content_type for item in demo()} == set(opening.READERS)


def test_a_png_is_as_large_as_it_was_to_be_and_larger_than_a_block() -> None:
    rows = [bytes([x % 2 for x in range(300)])] * 250
    assert opening.png(png(300, 250, rows, [RED, WHITE], title="größer")) == (300, 250)


def test_a_jpeg_has_all_its_stones() -> None:
    assert opening.jpeg(jpeg([[RED, WHITE, RED], [WHITE, RED, WHITE]], comment="é")) == (24, 16)


def test_a_pdf_escapes_what_would_end_a_text() -> None:
    made = pdf("(a) \\ b", ["one (1)", "Gdańsk"])
    opening.pdf(made)
    assert rb"(\(a\) \\ b)" in made
    assert rb"(one \(1\))" in made
    assert b"(Gda?sk)" in made


def test_pictures_open_in_a_library_too() -> None:
    for item in demo():
        for draft in item.sketch.drafts if item.sketch.content_type in ("image/png", "image/jpeg") else ():
            Image.open(io.BytesIO(draft)).load()


def test_the_colours_of_a_jpeg_are_those_of_its_stones() -> None:
    picture = Image.open(io.BytesIO(jpeg([[RED, WHITE]], comment=""))).convert("RGB")
    for x, colour in ((4, RED), (12, WHITE)):
        seen = picture.getpixel((x, 4))
        assert isinstance(seen, tuple)
        assert all(abs(one - meant) <= 4 for one, meant in zip(seen, colour, strict=True))

"""Papers of an office: contracts, letters and minutes, revised now and then, some taken away."""

from gateway.seed.dice import Dice
from gateway.seed.files.pdf import pdf
from gateway.seed.item import Sketch
from gateway.seed.words import CITIES, COMPANIES, FIRST_NAMES, LAST_NAMES, SENTENCES


def document(seed: int, number: int) -> Sketch:
    return (_contract, _letter, _minutes)[number % 3](Dice.of(seed, "document", number), number)


def _contract(dice: Dice, number: int) -> Sketch:
    company, year = dice.pick(COMPANIES), dice.between(2024, 2026)
    title = f"Contract {year}-{number + 1:03} with {company}"
    revisions = 1 + number // 3 % 3
    return Sketch(
        name=f"contracts/{year}/{_slug(company)}-{number + 1:03}.pdf",
        content_type="application/pdf",
        drafts=[pdf(title, [f"Revision {revision + 1}", "", *_clauses(dice)]) for revision in range(revisions)],
        metadata={"title": title, "revision": str(revisions)},
        tags={"kind": "contract", "company": _plain(company)},
    )


def _letter(dice: Dice, number: int) -> Sketch:
    reader, writer, city = dice.pick(LAST_NAMES), f"{dice.pick(FIRST_NAMES)} {dice.pick(LAST_NAMES)}", dice.pick(CITIES)
    text = "\n\n".join([f"{city}, {_day(dice)}", f"Dear {reader},", *_clauses(dice), f"Yours sincerely,\n{writer}"])
    return Sketch(
        name=f"letters/{city.lower()}/{reader.lower()}-{number + 1:03}.txt",
        content_type="text/plain; charset=utf-8",
        drafts=[f"{text}\n".encode()],
        metadata={"writer": writer},
        tags={"kind": "letter", "city": city},
        deleted=number % 12 == 7,
    )


def _minutes(dice: Dice, number: int) -> Sketch:
    day, present = _day(dice), sorted({dice.pick(FIRST_NAMES) for _ in range(4)})
    text = "\n".join([f"# Minutes of {day}", "", f"Present: {', '.join(present)}", "", *(f"- {each}" for each in _clauses(dice))])
    drafts = [text, f"{text}\n\nApproved."] if number % 2 else [text]
    return Sketch(
        name=f"minutes/{day[:4]}/{day}-{number + 1:03}.md",
        content_type="text/markdown; charset=utf-8",
        drafts=[f"{draft}\n".encode() for draft in drafts],
        tags={"kind": "minutes", "year": day[:4]},
    )


def _clauses(dice: Dice) -> list[str]:
    first = dice.below(len(SENTENCES))
    return [SENTENCES[(first + step) % len(SENTENCES)] for step in range(dice.between(2, 5))]


def _day(dice: Dice) -> str:
    return f"{dice.between(2024, 2026)}-{dice.between(1, 12):02}-{dice.between(1, 28):02}"


def _slug(name: str) -> str:
    return _plain(name).lower().replace(" ", "-")


def _plain(name: str) -> str:
    return name.replace("&", "and")

"""What a web page fetches: icons, styles and scripts."""

from gateway.seed.dice import Dice
from gateway.seed.files.png import Colour
from gateway.seed.item import Sketch
from gateway.seed.words import COLOURS, MOTIFS


def asset(seed: int, number: int) -> Sketch:
    return (_icon, _style, _script)[number % 3](Dice.of(seed, "asset", number), number)


def _icon(dice: Dice, number: int) -> Sketch:
    motif, (dark, light) = dice.pick(MOTIFS), dice.pick(COLOURS)
    rays = "".join(f'<path d="M32 32L{dice.between(4, 60)} {dice.between(4, 60)}"/>' for _ in range(dice.between(5, 9)))
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><title>{motif}</title>'
        f'<rect width="64" height="64" rx="12" fill="{_hex(light)}"/><g stroke="{_hex(dark)}" stroke-width="3">{rays}</g></svg>\n'
    )
    return _sketch(f"icons/{motif}-{number + 1:03}.svg", "image/svg+xml", text)


def _style(dice: Dice, number: int) -> Sketch:
    dark, light = dice.pick(COLOURS)
    text = (
        f":root {{ --ink: {_hex(dark)}; --paper: {_hex(light)}; --radius: {dice.between(2, 16)}px; }}\n"
        ".card { color: var(--ink); background: var(--paper); border-radius: var(--radius); }\n"
    )
    return _sketch(f"styles/theme-{number + 1:03}.css", "text/css; charset=utf-8", text)


def _script(dice: Dice, number: int) -> Sketch:
    text = f'document.querySelectorAll(".card").forEach((card) => card.animate({{ opacity: [0, 1] }}, {dice.between(2, 9)}00));\n'
    return _sketch(f"scripts/fade-{number + 1:03}.js", "text/javascript; charset=utf-8", text)


def _sketch(name: str, content_type: str, text: str) -> Sketch:
    return Sketch(name=name, content_type=content_type, drafts=[text.encode()], tags={"kind": name.partition("/")[0]})


def _hex(colour: Colour) -> str:
    return "#" + bytes(colour).hex()

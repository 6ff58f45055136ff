"""Whether a file is shown in place or saved, and under which name.

https://www.rfc-editor.org/rfc/rfc6266 for both, https://www.rfc-editor.org/rfc/rfc8187 for names beyond ASCII.
"""

import re
from urllib.parse import quote

# Formats that browsers show and never run. SVG, HTML, XML and PDF are not among them; plain text is, since nobody sniffs it.
_SHOWN = frozenset(
    {
        *("image/avif", "image/bmp", "image/gif", "image/jpeg", "image/png", "image/webp"),
        *("audio/aac", "audio/flac", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/wav", "audio/webm"),
        *("video/mp4", "video/ogg", "video/webm"),
        "text/plain",
    }
)
_SAID = re.compile(r"[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*(;.*)?")
_NOT_PLAIN = re.compile(r"[^ !#$&-\[\]-~]")
_ATTRIBUTE = "!#$&+-.^_`|~"
_LONGEST_NAME = 255


def disposition(said: str | None, *, content_type: str, path: str) -> str:
    """What a client said of it, as far as that is safe; or else what suits the type, under the last part of a path."""
    shown = content_type.partition(";")[0].strip(" \t").lower() in _SHOWN
    if said and shown:
        return said
    match = _SAID.fullmatch(said) if said else None
    if match is None:  # browsers show what they cannot make sense of
        return f"{'inline' if shown else 'attachment'}; {named(path)}"
    return f"attachment{match[2] or ''}"


def named(path: str) -> str:
    """The last part of a path as the name to save under: in ASCII for old clients and in full for all others."""
    name = _visible(path.rstrip("/").rpartition("/")[2][-_LONGEST_NAME:]) or "file"
    return f"filename=\"{_NOT_PLAIN.sub('_', name)}\"; filename*=UTF-8''{quote(name, safe=_ATTRIBUTE)}"


def _visible(name: str) -> str:
    """Without control characters, and without those that turn a name around or vanish in it."""
    return name if name.isprintable() else "".join(each if each.isprintable() else "_" for each in name)

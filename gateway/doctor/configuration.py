"""The settings themselves: whether they can be read, and whether a service would start on them."""

from collections.abc import Iterator, Sequence

from buckets.errors import InvalidScalar
from buckets.scalars import base64_bytes
from buckets.settings import Secret
from gateway.config.problems import Problem
from gateway.doctor.finding import Finding, failed, well

NAME = "settings"
_SEAL_KEY = f"{NAME}.seal_key"


def read(problems: Sequence[Problem], *, environment: str) -> list[Finding]:
    """Their sentences say what is wrong, and never a value."""
    return [failed(NAME, problem.sentence.rstrip("."), _remedy(problem)) for problem in problems] or [
        well(NAME, f"all of them can be read; environment is {environment}")
    ]


def seal_key(key: Secret) -> Finding:
    """Without it no service starts."""
    if not key:
        return failed(
            _SEAL_KEY, "auth.seal_key is not set", "Make one with openssl rand -base64 32 and keep it: keys are sealed with it."
        )
    try:
        base64_bytes(key.reveal(), name="auth.seal_key", size=32)
    except InvalidScalar:
        return failed(_SEAL_KEY, "auth.seal_key is not 32 bytes in base64", "Restore the one that the keys were sealed with.")
    return well(_SEAL_KEY, "32 bytes")


def broken_sections(problems: Sequence[Problem]) -> set[str]:
    """Whose values are not what somebody meant."""
    return {dotted.partition(".")[0] for dotted in _about(problems) if "." in dotted}


def _remedy(problem: Problem) -> str:
    names = " and ".join(problem.about)
    return (
        f"Set {names} anew; docs/configuration.md says what is allowed." if names else "docs/configuration.md says what is allowed."
    )


def _about(problems: Sequence[Problem]) -> Iterator[str]:
    return (dotted for problem in problems for dotted in problem.about)

"""What a doctor found, looked up by name."""

from collections.abc import AsyncGenerator, Sequence

from gateway.doctor.examination import Check, examined
from gateway.doctor.finding import Finding, Status


async def found(asked: AsyncGenerator[Finding, None], *, patience: float = 30.0) -> list[Finding]:
    return list(await examined([Check(name="asked", ask=lambda: asked, patience=patience)]))


def by_name(findings: Sequence[Finding]) -> dict[str, Finding]:
    names = [finding.check for finding in findings]
    assert len(names) == len(set(names)), "a check has told twice"
    return dict(zip(names, findings, strict=True))


def amiss(findings: Sequence[Finding]) -> dict[str, Status]:
    """Whatever is not well, with its remedy told."""
    bad = [finding for finding in findings if finding.status is not Status.OK]
    assert all(finding.remedy for finding in bad if finding.status is not Status.SKIPPED)
    return {finding.check: finding.status for finding in bad}

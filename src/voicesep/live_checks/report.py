"""The report, in Markdown."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from voicesep.live_checks.questions import Answered


def render(answers: Iterable[Answered], *, at: datetime, region: str, where: str) -> str:
    """Return the report; `where` says which cloud was asked. It names no bucket, account or key."""
    return "\n".join(_lines(answers, at, region, where))


def _lines(answers: Iterable[Answered], at: datetime, region: str, where: str) -> Iterator[str]:
    yield "# What was observed"
    yield ""
    yield f"`voicesep live-checks`, {at.isoformat(timespec='seconds')}, {where}, region {region}."
    for answered in answers:
        question = answered.question
        yield ""
        yield f"## {question.name}"
        yield ""
        yield f"**{question.asks}** {question.source}."
        yield f"What was done: {question.does}. Cost: {question.cost}."
        yield ""
        for seen in answered.seen:
            yield f"- {seen.replace(chr(10), chr(10) + '  ')}"
    yield ""

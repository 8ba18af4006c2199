"""Asking one question after the other, and leaving nothing behind."""

from collections.abc import Sequence

from rich.console import Console

from voice_separation.errors import VoiceSeparationError
from voicesep.live_checks.bench import Bench, Cleaned
from voicesep.live_checks.questions import Question
from voicesep.live_checks.report import Report


def ask_all(bench: Bench, questions: Sequence[Question], report: Report, console: Console) -> Cleaned:
    """Ask every question and report each answer as it comes; clean up and report that, too, whatever has happened."""
    try:
        for question in questions:
            console.print(f"{question.name}: {question.asks}", markup=False)
            report.ask(question)
            _ask(bench, question, report)
    finally:
        cleaned = bench.clean()
        report.end(cleaned)
    return cleaned


def _ask(bench: Bench, question: Question, report: Report) -> None:
    """Ask; a question that cannot be asked does not stop the others."""
    try:
        for seen in question.observe(bench):
            report.observe(seen)
    except (VoiceSeparationError, LookupError, ValueError) as error:
        report.observe(f"could not be asked to the end: {type(error).__name__}, {error}")

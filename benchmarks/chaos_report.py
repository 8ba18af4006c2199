"""The table of a chaos run, and its place in a document."""

import re
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chaos_app import Counts
from benchmarks.chaos_course import Plan
from benchmarks.chaos_verdict import Verdict
from benchmarks.chaos_weather import CALM


@dataclass(frozen=True)
class Outcome:
    """What came of it; times in seconds."""

    plan: Plan
    verdict: Verdict
    counts: Counts
    jobs: int
    waited: int
    overtaken: int  # see Course.overtaken
    requests: int
    seconds_to_quiet: float
    wall_seconds: float


def table(outcome: Outcome) -> str:
    """Return the outcome as a Markdown table."""
    plan, verdict, counts = outcome.plan, outcome.verdict, outcome.counts
    rows = {
        "uploads": plan.uploads,
        "seed": plan.seed,
        "bucket": "once versioned" if plan.once_versioned else "never versioned",
        "jobs accepted": outcome.jobs,
        "jobs billed twice": verdict.billed_twice,
        "of those, CI's list hid the first job": verdict.hidden,
        "of those, for another reason": verdict.billed_twice - verdict.hidden,
        "jobs billed without an entry of their own": verdict.unfiled,
        "uploads without an entry": verdict.missing,
        "entries wrong": verdict.wrong,
        "index.json wrong": verdict.index_wrong,
        "uploads that had to wait": outcome.waited,
        "uploads that got their job before one that had waited longer": outcome.overtaken,
        "invocations": counts.invocations,
        "invocations that died": counts.died,
        "of those, over their time limit": counts.over_time,
        "longest reconcile (virtual seconds, limit 60)": f"{counts.longest_reconcile:.1f}",
        "requests": outcome.requests,
        "seconds to quiet (virtual)": f"{outcome.seconds_to_quiet:.0f}",
        "seconds of the machine": f"{outcome.wall_seconds:.0f}",
    }
    return "\n".join(["| | |", "|---|---:|", *(f"| {name} | {value} |" for name, value in rows.items())])


def record(document: Path, rows: str, plan: Plan) -> None:
    """Put the table into the document, in place of the former one. Raises ValueError where there is no such block."""
    name = "chaos flood" if plan.odds == CALM else "chaos once-versioned" if plan.once_versioned else "chaos"
    block = re.compile(f"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    text, found = block.subn(lambda match: f"{match[1]}{rows}\n{match[2]}", document.read_text(encoding="utf-8"))
    if not found:
        raise ValueError(f"{document} has no block between <!-- {name} --> and <!-- /{name} -->. Add one.")
    document.write_text(text, encoding="utf-8")

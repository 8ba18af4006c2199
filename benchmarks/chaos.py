"""Everything that can go wrong, together and repeatably: `make chaos ARGS="--uploads 10000 --seed 1"`.

Uploads come while events and callbacks are lost, doubled, late and overtaken, invocations are killed at their
requests, requests are refused, dropped or left without an answer, the queue is full, and storage is as weak as its
documents say. Time is virtual. When all is quiet, what is there is compared with what must be there.
"""

import argparse
import random
import sys
import time as machine
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

from benchmarks.chaos_app import ChaosApp
from benchmarks.chaos_cloud import chaos_cloud
from benchmarks.chaos_course import START, Course, Plan
from benchmarks.chaos_report import Outcome, record, table
from benchmarks.chaos_verdict import judge
from benchmarks.chaos_weather import CALM, Mail
from benchmarks.virtual_time import VirtualTime

FLOOD = 20.0  # uploads a second: ten times of what the queue gets done


def run(plan: Plan, tell: Callable[[str], object] = lambda _line: None) -> Outcome:
    """Run a plan to its end."""
    begun = machine.monotonic()
    chance = Random(plan.seed)  # noqa: S311 - it is to be repeatable, and guards nothing
    time = VirtualTime(START)
    mail = Mail(time, chance, plan.odds.at_once, plan.odds.latest)
    apps: list[ChaosApp] = []

    def notify(address: str, _content_type: str, body: bytes) -> None:
        odds = plan.odds
        mail.send(
            lambda: apps[0].callback(address, body),
            lost=odds.callback_lost,
            twice=odds.callback_twice,
            late=odds.callback_late,
        )

    with chaos_cloud(time, chance, plan.odds, notify, once_versioned=plan.once_versioned) as cloud:
        app = ChaosApp(cloud, time, chance, plan.odds.crash)
        apps.append(app)
        course = Course(plan, cloud, app, time, chance, mail, tell)
        quiet = course.run()
        verdict = judge(cloud, course.upload_ids, course.searches)
        app.pool.clear()
        return Outcome(
            plan=plan,
            verdict=verdict,
            counts=app.counts,
            jobs=len(cloud.jobs()),
            waited=len(course.waited),
            overtaken=course.overtaken(),
            requests=course.requests,
            seconds_to_quiet=quiet,
            wall_seconds=machine.monotonic() - begun,
        )


def main(arguments: list[str] | None = None) -> int:
    """Run, print the table, and return 1 if anything is missing or wrong."""
    parser = argparse.ArgumentParser(prog="chaos", description="Everything that can go wrong, together and repeatably.")
    parser.add_argument("--uploads", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6), help="default: any")
    parser.add_argument("--once-versioned", action="store_true", help="in a bucket where put-if-absent is void")
    parser.add_argument("--calm", action="store_true", help="nothing goes wrong but that there is no room: a flood")
    parser.add_argument("--record", type=Path, metavar="FILE", help="write the table into its marked block")
    chosen = parser.parse_args(arguments)
    plan = Plan(chosen.uploads, chosen.seed, once_versioned=chosen.once_versioned)
    if chosen.calm:
        plan = replace(plan, odds=CALM, uploads_per_second=FLOOD)
    outcome = run(plan, lambda line: print(line, file=sys.stderr))  # noqa: T201 - talk
    rows = table(outcome)
    print(rows)  # noqa: T201 - data
    for problem in outcome.verdict.problems:
        print(problem, file=sys.stderr)  # noqa: T201 - talk
    if chosen.record:
        record(chosen.record, rows, plan)
    return 0 if outcome.verdict.passed else 1


if __name__ == "__main__":
    sys.exit(main())

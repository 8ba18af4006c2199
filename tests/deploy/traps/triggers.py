"""Traps that triggers fall into: they are created, and then nothing is called, or too much."""

import json
import re
from collections.abc import Iterator

from tencentcloud.scf.v20180416.models import CreateTriggerRequest, ListTriggersRequest

from tests.deploy.traps.deployment import Deployment, Trap

SCHEDULES = {"reconcile": r"\d+( \*){6}", "audit": r"\d+ \d+ \d+( \*){4}"}  # once a minute, once a day
NAMES = {"reconcile": "every-minute", "audit": "daily-audit"}  # what documents, logs and deploy/terraform call them


def the_cos_trigger_does_not_fire(deployment: Deployment) -> Iterator[str]:
    bucket = f"{deployment.environment.get('INPUT_BUCKET')}.cos.{deployment.environment.get('REGION')}.myqcloud.com"
    settings = deployment.settings
    triggers = deployment.triggers("cos")
    if len(triggers) != 1:
        yield f"there are {len(triggers)} cos triggers"
    for trigger in triggers:
        described = json.loads(trigger.TriggerDesc)
        if trigger.TriggerName != bucket:
            yield f"the cos trigger is on {trigger.TriggerName}, not on {bucket}"
        if described.get("event") != "cos:ObjectCreated:*":
            yield f"the cos trigger listens to {described.get('event')}, and misses other ways to upload"
        if described["filter"]["Prefix"] != settings.input_prefix:
            yield f"the cos trigger has prefix {described['filter']['Prefix']}, not INPUT_PREFIX"
        if any(not suffix.endswith(described["filter"]["Suffix"]) for suffix in settings.input_suffixes):
            yield f"the cos trigger has suffix {described['filter']['Suffix']}, and misses other INPUT_SUFFIXES"


def the_function_url_cannot_be_called(deployment: Deployment) -> Iterator[str]:
    triggers = deployment.triggers("http")
    if len(triggers) != 1:
        yield f"there are {len(triggers)} function URLs"
    for trigger in triggers:
        described = json.loads(trigger.TriggerDesc)
        if described["AuthType"] != "NONE":
            yield f"the function URL has authType {described['AuthType']}, and CI cannot sign"
        if described["NetConfig"]["EnableExtranet"] is not True:
            yield "the function URL cannot be reached: netConfig.enableExtranet is not true"
        if described["NetConfig"]["EnableIntranet"] is not False:
            yield "the function URL has an address in the private network, too, which nobody calls"
    for listing in deployment.recording.requests(ListTriggersRequest):
        if any(not value for each in listing.Filters or () for value in each.Values):
            yield "without a qualifier the next deployment does not find the function URL again"


def the_timers_do_not_do_both_works(deployment: Deployment) -> Iterator[str]:
    timers = deployment.triggers("timer")
    for timer in timers:
        if len(timer.TriggerDesc.split()) != 7:
            yield f"timer {timer.TriggerName} has a cron expression of not seven fields"
        if not timer.CustomArgument:
            yield f"timer {timer.TriggerName} has no argument, so every deployment deletes it and creates it anew"
        elif not re.fullmatch(SCHEDULES.get(timer.CustomArgument, ""), timer.TriggerDesc):
            yield f"{timer.TriggerDesc} is no time for the work {timer.CustomArgument}"
        elif timer.TriggerName != NAMES[timer.CustomArgument]:
            yield f"the timer of the work {timer.CustomArgument} is called {timer.TriggerName}"
    if sorted(timer.CustomArgument or "" for timer in timers) != sorted(SCHEDULES):
        yield "not one timer asks for the audit, and one for the minute's work"
    if len({timer.TriggerName for timer in timers}) < 2:
        yield "there are not two timers, each with a name of its own"


def a_trigger_is_off_or_misplaced(deployment: Deployment) -> Iterator[str]:
    doors = {"cos": "submit.main_handler", "http": "callback.main_handler", "timer": "reconcile.main_handler"}
    handlers = {function.FunctionName: function.Handler for function in deployment.functions}
    for trigger in deployment.recording.requests(CreateTriggerRequest):
        if trigger.Enable != "OPEN":
            yield f"the {trigger.Type} trigger is created closed: enable is not true"
        if trigger.Qualifier != "$DEFAULT":
            yield f"the {trigger.Type} trigger is on {trigger.Qualifier}"
        if handlers[trigger.FunctionName] != doors[trigger.Type]:
            yield f"the {trigger.Type} trigger calls {handlers[trigger.FunctionName]}"


TRAPS: tuple[Trap, ...] = (
    the_cos_trigger_does_not_fire,
    the_function_url_cannot_be_called,
    the_timers_do_not_do_both_works,
    a_trigger_is_off_or_misplaced,
)

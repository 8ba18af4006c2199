"""`voicesep demo`: the main job on the sample recording, told step by step."""

import json
import shutil
import sys
from pathlib import Path

import click

from localcloud import Options
from localcloud.cloud import WHAT_IT_IS_NOT
from localcloud.scf.invocation import InvocationRecord
from voicesep.code import code_options
from voicesep.console import talk, trouble
from voicesep.local import PREFIX, LocalApp
from voicesep.project import find_project, program
from voicesep.samples import TALK_OVER_MUSIC
from voicesep.watching import watch


@click.command(short_help="Separate the sample recording.")
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo"),
    show_default=True,
    metavar="DIR",
    help="Where the recording, its stems and the index entry go.",
)
@code_options
def demo(output: Path, options: Options) -> None:
    """Separate the sample recording with the functions that would be deployed, and keep everything to listen to."""
    console = talk()
    output.mkdir(parents=True, exist_ok=True)  # before the work, so that nothing is separated for nothing
    key = PREFIX + TALK_OVER_MUSIC.name
    console.print(WHAT_IT_IS_NOT, style="dim")
    with LocalApp(find_project(), {}, trouble(console), options) as app:
        app.deploy()
        console.print(f"upload    {app.bucket.name}/{key}", markup=False)
        app.upload(TALK_OVER_MUSIC, key)
        watch(app, {key: TALK_OVER_MUSIC}, console)
        for record in app.cloud.scf.invocations:
            console.print(_told(record), markup=False)
        separated = app.outcome(key)
        if separated.entry is None or not separated.succeeded:
            reason = separated.entry.message if separated.entry else separated.reason
            console.print(f"not separated: {reason}", markup=False, style="red")
            sys.exit(1)
        shutil.copyfile(TALK_OVER_MUSIC, output / TALK_OVER_MUSIC.name)
        for stem in separated.entry.outputs:
            app.fetch(stem.bucket or app.bucket.name, stem.key, output / Path(stem.key).name)
        entry = json.dumps(separated.entry.model_dump(mode="json"), indent=2, ensure_ascii=False)
        (output / "entry.json").write_text(f"{entry}\n", encoding="utf-8")
    console.print(f"entry     {separated.entry.state}, job {separated.entry.job_id}", markup=False)
    console.print(f"\nin {output}/", markup=False)
    files = [TALK_OVER_MUSIC.name, *(Path(stem.key).name for stem in separated.entry.outputs), "entry.json"]
    for name in files:
        click.echo(str(output / name))
    player = "afplay" if sys.platform == "darwin" else "xdg-open"
    console.print(f"\nlisten:   {player} {output / files[1]}", markup=False)
    console.print(f"your own: {program()} separate FILE…", markup=False)


def _told(record: InvocationRecord) -> str:
    result = record.result
    start = "cold start" if result.cold_start else "warm"
    return f"function  {result.function_name}: {record.outcome} in {result.duration * 1000:.0f} ms ({start})"

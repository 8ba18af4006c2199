"""The benchmarks measure what they say: contenders do the same work, figures are right, the page has them all."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from benchmarks import bench, contenders
from benchmarks.contenders import Contenders, Failed
from benchmarks.figures import Figures
from benchmarks.plots import Bars, Lines
from benchmarks.report import Section, Table, Target, targets_table
from benchmarks.scene import Event, Scene, scene, uploaded
from benchmarks.stub_cloud import StubCloud, stub_cloud

KEY = "incoming/talk.mp3"
SVG = "{http://www.w3.org/2000/svg}"
QUICK = ["cold_start", "warm_path", "memory", "throughput", "index_cost", "reconcile_scale"]


@pytest.fixture(scope="module")
def them() -> Contenders:
    return contenders.from_sources()


@pytest.fixture(scope="module")
def cloud() -> Iterator[Scene]:
    with scene() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def stub(cloud: Scene) -> Iterator[StubCloud]:
    with stub_cloud(cloud.port) as stub:
        yield stub


@pytest.fixture(scope="module")
def reported(them: Contenders, cloud: Scene, stub: StubCloud) -> Event:
    """The callback about an upload that the app has submitted, through the stub."""
    cloud.upload(KEY)
    with them.app.start("submit", cloud.environment(stub.endpoint)) as process:
        process.load()
        process.invoke(uploaded(KEY))
    return cloud.notifications.about(KEY)


def asked(them: Contenders, stub: StubCloud, cloud: Scene, door: contenders.Door, event: Event) -> list[list[str]]:
    """What each contender asks for, hours left out."""
    found = []
    for each in them:
        with each.start(door, cloud.environment(stub.endpoint)) as process:
            process.load()
            stub.taken()
            process.invoke(event)
            found.append([re.sub(r"\d{4}-\d\d-\d\d/\d\d", "HOUR", request) for request in stub.taken().requests])
    return found


def test_all_contenders_send_the_same_requests_for_an_upload(
    them: Contenders, stub: StubCloud, cloud: Scene, reported: Event
) -> None:
    ours, sdk, packages, floor = asked(them, stub, cloud, "submit", uploaded(KEY))
    assert [request.split()[0] for request in ours] == ["HEAD", "PUT", "GET", "POST", "PUT"]
    assert ours == sdk == packages == floor


def test_all_contenders_send_the_same_requests_for_a_callback(
    them: Contenders, stub: StubCloud, cloud: Scene, reported: Event
) -> None:
    ours, sdk, packages, floor = asked(them, stub, cloud, "callback", reported)
    assert [request.split()[0] for request in ours] == ["GET", "PUT", "PUT"]
    assert ours == sdk == packages == floor


def test_all_contenders_write_the_same_entry(them: Contenders, stub: StubCloud, cloud: Scene, reported: Event) -> None:
    written = set()
    for each in them:
        with each.start("callback", cloud.environment(stub.endpoint)) as process:
            process.load()
            process.invoke(reported)
        (put,) = (body for place, body in stub.put().items() if "/index/jobs/" in place)
        written.add(put)
    (entry,) = written
    assert '"stem":"voice"' in entry


def test_a_contender_that_does_not_do_its_work_is_told(them: Contenders, cloud: Scene) -> None:
    for each in them:
        with each.start("submit", cloud.environment()) as process:
            process.load()
            with pytest.raises(Failed):
                process.invoke(uploaded("incoming/nothing-is-there.mp3"))


def test_the_stub_waits_as_long_as_it_is_told(them: Contenders, stub: StubCloud, cloud: Scene, reported: Event) -> None:
    with them.floor.start("callback", cloud.environment(stub.endpoint)) as process:
        process.load()
        stub.delay(0.05)
        before = process.processor_seconds()
        process.invoke(reported)
        stub.delay(0)
        assert process.processor_seconds() - before < 0.15  # three waits, and none of them on the processor


def test_figures_tell_their_median_their_middle_half_and_their_tail() -> None:
    figures = Figures.of(range(1, 101))
    assert (figures.median, figures.quartiles, figures.percentile(99)) == (50.5, (26, 76), 100)
    assert figures.ratio(Figures.of([101.0])) == 0.5
    assert Figures.of([0.001, 0.002, 0.004]).told(1000) == "2.0 (1.0–4.0)"


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (Target("x", 2, 1.5), ("x", "≤ 2", "1.5", "", "met, by 25%")),
        (Target("x", 2, 3, packages=2.5), ("x", "≤ 2", "3", "2.5", "**missed by 50%**")),
        (Target("x", 3, 6, at_least=True), ("x", "≥ 3", "6", "", "met, by 100%")),
        (Target("x", 3, 1.5, at_least=True), ("x", "≥ 3", "1.5", "", "**missed by 50%**")),
    ],
    ids=["met", "missed", "enough", "too-little"],
)
def test_a_target_tells_by_how_much_it_is_met_or_missed(target: Target, told: tuple[str, ...]) -> None:
    assert target.row == told


def test_a_section_has_its_tables_and_pictures_and_its_targets_stand_apart(tmp_path: Path) -> None:
    plot = Bars("speed", "Speed", "ms", ("a",), {"app": [1.0]})
    section = Section("x", "A title", "Words.", (Table(("a", "b"), (("c", "1"),)),), (Target("t", 1, 1),), (plot,))
    section.draw(tmp_path)
    assert section.markdown("images") == (
        "## A title\n\nWords.\n\n| a | b |\n| --- | --: |\n| c | 1 |\n\n![Speed](images/performance-speed.svg)"
    )
    assert (tmp_path / "performance-speed.svg").read_text(encoding="utf-8") == plot.svg()
    assert targets_table([section, section]).rows == (Target("t", 1, 1).row,) * 2


def drawn(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - written here


def test_bars_are_as_tall_as_their_figures() -> None:
    svg = drawn(Bars("b", "B", "ms", ("one", "two"), {"app": [50, 100], "<sdk>": [25, 75]}).svg())
    bars = [rect for rect in svg.iter(f"{SVG}rect") if rect.get("height") not in ("11", str(340))]
    heights = [float(rect.get("height", "0")) for rect in bars]
    assert [round(height / max(heights), 2) for height in heights] == [0.5, 0.25, 1.0, 0.75]
    assert "<sdk>" in {text.text for text in svg.iter(f"{SVG}text")}


def test_lines_rise_by_the_same_for_each_power_of_ten() -> None:
    svg = drawn(Lines("l", "L", "bytes", "jobs", {"app": [(10, 1), (100, 10), (1000, 100)]}).svg())
    circles = [(float(each.get("cx", "0")), float(each.get("cy", "0"))) for each in svg.iter(f"{SVG}circle")]
    (x0, y0), (x1, y1), (x2, y2) = circles
    assert (round(x1 - x0), round(y0 - y1)) == (round(x2 - x1), round(y1 - y2))
    assert y2 < y1 < y0


def test_a_quick_run_measures_every_topic_and_writes_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "QUICK", tmp_path)
    done = CliRunner().invoke(bench.main, ["--quick", *QUICK])
    assert done.exit_code == 0, done.output
    page = (tmp_path / "performance.md").read_text(encoding="utf-8")
    assert {f"{name}.json" for name in QUICK} <= {file.name for file in tmp_path.iterdir()}
    for found in ("| cold submit, of the floor's time | ≤ 1.6 |", "| callback, stub, 20 ms, floor |", "## Reconcile"):
        assert found in page
    pictures = re.findall(r"\]\(images/([\w.-]+)\)", page)
    assert len(pictures) == 6
    for picture in pictures:
        assert drawn((tmp_path / "images" / picture).read_text(encoding="utf-8")).tag == f"{SVG}svg"


def test_the_page_has_every_topic_or_says_that_it_was_not_measured_and_has_its_pictures() -> None:
    page = bench.PAGE.read_text(encoding="utf-8")
    titles = re.findall(r"^## (.*)$", page, re.MULTILINE)
    topics = {
        "cold_start": "Cold start",
        "warm_path": "Warm path",
        "memory": "Memory",
        "throughput": "Throughput",
        "index_cost": "Index",
        "reconcile_scale": "Reconcile",
        "localcloud_speed": "localcloud beside moto",
        "separation_speed": "Separation",
    }
    told = re.search(r"^Run `make bench` for: (.*)\.$", page, re.MULTILINE)
    missing = told[1].split(", ") if told else []
    measured = [title for name, title in topics.items() if name not in missing]
    assert titles == ["Targets", "What was tried", *measured, *(["Not measured"] if missing else [])]
    assert "images/performance-cold-start.svg" in page
    for picture in re.findall(r"\]\(images/([\w.-]+)\)", page):
        assert (bench.PAGE.parent / "images" / picture).is_file()

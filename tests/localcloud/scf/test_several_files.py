"""Several serverless.yml that are deployed together."""

from pathlib import Path

import pytest

from localcloud.scf.problems import InvalidServerlessFileError
from localcloud.scf.serverless import read_projects


def scf_file(folder: Path, prefix: str, name: str = "") -> Path:
    folder.mkdir()
    path = folder / "serverless.yml"
    path.write_text(
        f"""
        component: scf
        name: {name or folder.name}
        inputs:
          runtime: Python3.10
          events:
            - cos:
                parameters:
                  bucket: media-1250000000.cos.ap-guangzhou.myqcloud.com
                  events: cos:ObjectCreated:*
                  filter: {{prefix: {prefix}}}
                  enable: true
        """,
        encoding="utf-8",
    )
    return path


def test_several_files_are_read_together(tmp_path: Path) -> None:
    paths = [scf_file(tmp_path / "one", "a/"), scf_file(tmp_path / "two", "b/")]

    assert [(file.path, file.project.name) for file in read_projects(paths, {})] == [
        (paths[0], "one"),
        (paths[1], "two"),
    ]


def test_the_problems_of_several_files_are_told_at_once_each_with_its_file(tmp_path: Path) -> None:
    missing, broken = tmp_path / "missing.yml", tmp_path / "broken.yml"
    broken.write_text("component: scf")

    with pytest.raises(InvalidServerlessFileError) as refused:
        read_projects([missing, broken, scf_file(tmp_path / "one", "a/")], {})

    assert [problem.partition(": ")[0] for problem in refused.value.problems] == [
        str(missing),
        *[str(broken)] * 2,
    ]


def test_files_may_not_fire_for_one_object(tmp_path: Path) -> None:
    one, two = scf_file(tmp_path / "one", "in/"), scf_file(tmp_path / "two", "in/deep/")

    with pytest.raises(InvalidServerlessFileError) as refused:
        read_projects([one, two], {})

    assert refused.value.problems == (
        f"{two}: function two: its cos trigger and that of one in {one} would both fire for one object of "
        "media-1250000000, which COS refuses; part them by prefix or suffix",
    )


def test_files_may_not_name_one_function(tmp_path: Path) -> None:
    one, two = scf_file(tmp_path / "one", "a/", "same"), scf_file(tmp_path / "two", "b/", "same")

    with pytest.raises(InvalidServerlessFileError) as refused:
        read_projects([one, two], {})

    assert refused.value.problems == (f"{two}: function same: {one} names one same-dev-same, too; names must differ",)

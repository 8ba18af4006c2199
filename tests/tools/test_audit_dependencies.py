"""What is said of pip-audit's report; the shapes are those that pip-audit 2.10 prints."""

from tools.audit_dependencies import verdict

CLEAN = {"name": "urllib3", "version": "2.8.0", "vulns": []}
SKIPPED = {"name": "idna", "skip_reason": "Dependency not found on PyPI and could not be audited: idna (3.20)"}
FLAWED = {
    "name": "pydantic",
    "version": "2.0.0",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.0.1"], "aliases": [], "description": "it is wrong"}],
}


def test_without_a_flaw_it_passes() -> None:
    assert verdict({"dependencies": [CLEAN], "fixes": []}) == (["1 of 1 packages audited, 0 known flaws"], 0)


def test_a_flaw_is_named_with_its_cure_and_fails() -> None:
    lines, code = verdict({"dependencies": [CLEAN, FLAWED], "fixes": []})
    assert code == 1
    assert lines[-1] == "pydantic 2.0.0: PYSEC-1, fixed in 2.0.1"


def test_what_could_not_be_audited_is_said_and_does_not_count_as_audited() -> None:
    lines, code = verdict({"dependencies": [CLEAN, SKIPPED], "fixes": []})
    assert code == 0
    assert lines[0].startswith("1 of 2 packages audited")
    assert "NOT AUDITED" in lines[1]
    assert "idna" in lines[1]


def test_offline_nothing_is_audited_and_nothing_fails() -> None:
    lines, code = verdict(None)
    assert (lines[0].startswith("NOT AUDITED"), code) == (True, 0)

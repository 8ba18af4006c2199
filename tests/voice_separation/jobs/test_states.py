from voice_separation.jobs.states import FINISHED, JobState, rank


def test_success_outranks_failed_and_failed_outranks_everything_else() -> None:
    ranked = sorted(JobState, key=lambda state: rank(state.value))
    assert [state.value for state in ranked[-3:]] == ["Cancel", "Failed", "Success"]
    assert {state.value for state in ranked[-3:]} == FINISHED
    assert rank("NeverHeardOf") < rank("Submitted")

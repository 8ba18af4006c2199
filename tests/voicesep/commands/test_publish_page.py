import json

from tests.voicesep.terminal import Terminal


def test_of_the_local_cloud_no_address_is_told_that_leads_to_the_real_one(terminal: Terminal) -> None:
    result = terminal.done("publish-page")
    assert "index/index.html" in json.loads(result.stdout)
    assert "index/index.html" in terminal.bench.stored()
    assert "media-1250000000/index/index.html in the local cloud" in result.stderr
    assert "myqcloud.com" not in result.output

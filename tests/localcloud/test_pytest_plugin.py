"""The plugin, in a pytest of its own: what is installed with the package is found by its entry point."""

import pytest

pytest_plugins = ["pytester"]

PUTS = """
    import threading
    import pytest
    from localcloud import LocalCloud, Options

    ports = set()

    @pytest.mark.parametrize("run", [1, 2])
    def test_each_has_a_fresh_cloud(localcloud: LocalCloud, run: int) -> None:
        assert localcloud.cos.buckets() == {}
        localcloud.cos.create_bucket("media-1250000000", "ap-guangzhou")
        ports.add(localcloud.endpoint.rpartition(":")[2])
        assert f"localcloud:{localcloud.endpoint.rpartition(':')[2]}" in threads()

    def test_it_is_over_with_its_test() -> None:
        assert ports
        assert not {f"localcloud:{port}" for port in ports} & threads()

    def threads() -> set[str]:
        return {thread.name for thread in threading.enumerate()}
"""


def test_every_test_has_a_fresh_cloud_for_as_long_as_it_runs(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(PUTS)
    pytester.runpytest_subprocess("-W", "error", "--strict-markers").assert_outcomes(passed=3)


def test_a_module_says_how_its_clouds_are_to_be(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        from localcloud import LocalCloud, Options

        @pytest.fixture
        def localcloud_options() -> Options:
            return Options(appid="1250000009", buckets={"media-1250000009": "ap-beijing"})

        def test_it_is_so(localcloud: LocalCloud) -> None:
            assert localcloud.account.appid == "1250000009"
            assert localcloud.cos.buckets() == {"media-1250000009": "ap-beijing"}
        """
    )
    pytester.runpytest_subprocess("-W", "error").assert_outcomes(passed=1)


def test_the_fixtures_tell_what_they_are_for(pytester: pytest.Pytester) -> None:
    said = pytester.runpytest_subprocess("--fixtures")
    said.stdout.fnmatch_lines(["localcloud_options*", "localcloud --*", "*free port*"])

"""Asking what `voicesep live-checks` asks, of a local cloud."""

from tests.voicesep.site import BUCKET, Site


def asked(site: Site, *names: str) -> str:
    """Return the report on these questions."""
    chosen = [argument for name in names for argument in ("--only", name)]
    told = site.run("live-checks", "--yes", "--patience", "20", *chosen)
    assert told.exit_code == 0, told.stderr
    return told.stdout


def objects(site: Site) -> list[str]:
    """Whatever there is besides the index."""
    return [each.key for each in site.cloud.cos.list(BUCKET).contents if not each.key.startswith("index/")]

"""Recordings that lay in the bucket before the app began: nothing submits them but a backfill, which bills each."""

from collections.abc import Iterator
from itertools import islice

from voice_separation.audit import BEGINNING
from voice_separation.concurrency import in_threads
from voice_separation.index import keys
from voice_separation.index.reader import IndexReader
from voice_separation.index.views import Index
from voice_separation.inventory import Lying, uploads_among
from voice_separation.tencent.cos import ListedObject
from voicesep.doctor.findings import Examined, Finding
from voicesep.project import program
from voicesep.session import PARALLEL

MOST_LISTED = 10_000  # objects of a folder, a thousand with each request
MOST_ASKED = 1_000  # for whose claims is asked, one by one


def earlier(examined: Examined) -> Iterator[Finding]:
    """How many uploads are older than the app, and were never submitted; of a large bucket not all are looked at."""
    deployment, cloud = examined.deployment, examined.cloud
    reader = IndexReader(cloud.cos, deployment.index_bucket, deployment.settings.index_prefix)
    place = deployment.settings.input_prefix
    listed = list(islice(cloud.cos.list(deployment.bucket, place), MOST_LISTED + 1))
    older = list(islice(_older(examined, reader, listed[:MOST_LISTED]), MOST_ASKED + 1))
    is_whole = len(listed) <= MOST_LISTED and len(older) <= MOST_ASKED
    left = sum(in_threads(PARALLEL)(lambda each: _is_unclaimed(reader, each), older[:MOST_ASKED]))
    if left:
        found = f"{'' if is_whole else 'at least '}{left:,} uploads below {place} are older than the app and unclaimed"
        remedy = f"if they are to be separated, `{program()} backfill --live --dry-run` says what that would bill"
        yield examined.warn(found, remedy)
    elif is_whole:
        yield examined.ok(f"below {place} nothing is older than the app and unclaimed")
    else:
        looked = min(len(older), MOST_ASKED)
        yield examined.ok(f"below {place} none is unclaimed of the first {looked:,} that are older than the app")


def _older(examined: Examined, reader: IndexReader, listed: list[ListedObject]) -> Iterator[Lying]:
    """Yield the uploads from before the first index, by which the app had begun, that neither wait nor were refused."""
    index = reader.read(keys.INDEX, Index)
    begun = ((index and index.began_at) or examined.cloud.clock.now()) - BEGINNING
    settled = {
        keys.upload_id_in(each.key)
        for folder in (keys.WAITING, keys.REFUSED)
        for each in islice(reader.list(folder), MOST_LISTED)
    }
    lying = uploads_among(listed, examined.deployment.bucket, examined.deployment.settings)
    return (each for each in lying if each.since < begun and each.upload.id not in settled)


def _is_unclaimed(reader: IndexReader, lying: Lying) -> bool:
    return reader.content(keys.claim(lying.upload.id, 1)) is None

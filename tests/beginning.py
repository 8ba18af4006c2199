"""When the app began, for tests in which it has run for a while, or the cloud's clock is not the app's."""

from datetime import datetime

from localcloud import LocalCloud
from voice_separation.index import keys, views
from voicesep.local import INDEX


def let_it_have_begun(cloud: LocalCloud, bucket: str, at: datetime) -> None:
    """Publish an index without jobs that says so, as the first run of `reconcile` does."""
    index = views.index_of((), (), began_at=at, generated_at=at, complete_through=None)
    cloud.cos.put(bucket, f"{INDEX}{keys.INDEX}", index.content())

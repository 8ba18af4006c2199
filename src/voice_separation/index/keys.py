"""Where each document of the index lives, below INDEX_PREFIX; no two writers share a key."""

import hashlib
import re
from datetime import datetime, timezone

from voice_separation.uploads import UPLOAD_ID


def claim(upload_id: str, attempt: int) -> str:
    """Return the key of attempt n (from 1) to submit an upload."""
    return f"claims/{upload_id}/{attempt}.json"


def pending(upload_id: str, submitted_at: datetime) -> str:
    """Return the key under which a submitted upload waits for its job to finish, by the hour of submission (UTC)."""
    return f"pending/{_hour(submitted_at)}/{upload_id}.json"


def pending_duplicate(upload_id: str, job_id: str, submitted_at: datetime) -> str:
    """Return the key for a second job of an upload, which a race has let through and CI would not cancel."""
    return f"pending/{_hour(submitted_at)}/{upload_id}-{job_id}.json"


def pending_from(hour: datetime, first_digits: str) -> str:
    """Return the key to list after, to get an hour's notes from these first digits on."""
    return f"pending/{_hour(hour)}/{first_digits}"


def upload(upload_id: str, state: str) -> str:
    """Return the key of the entry of an upload's job that ended in this state, for whoever knows only the upload."""
    return f"uploads/{upload_id}/{state}.json"


def waiting(upload_id: str) -> str:
    """Return the key under which an upload waits for CI to take it."""
    return f"waiting/{upload_id}.json"


def refused(upload_id: str) -> str:
    """Return the key that says why an upload will never be separated."""
    return f"refused/{upload_id}.json"


def job(job_id: str) -> str:
    """Return the key of a job's entry; the hash spreads jobs over 256 prefixes."""
    return f"jobs/{hashlib.sha256(job_id.encode()).hexdigest()[:2]}/{job_id}.json"


def notice(job_id: str, state: str) -> str:
    """Return the key under which a finished job waits for the receiver of notices to be told of it."""
    return f"notices/{job_id}/{state}.json"


def undelivered(job_id: str, state: str) -> str:
    """Return the key of a notice that the receiver never took."""
    return f"undelivered/{job_id}/{state}.json"


def log(job_id: str, arrived_at: datetime) -> str:
    """Return the key of the copy of an entry that is filed by the hour of its arrival (UTC)."""
    return f"log/{_hour(arrived_at)}/{job_id}.json"


def log_hour(hour: datetime) -> str:
    """Return what the keys of an hour's log begin with."""
    return f"log/{_hour(hour)}/"


def segment(hour: datetime) -> str:
    """Return the key of an hour's entries in one file."""
    return f"segments/{_hour(hour)}.ndjson.gz"


def hour_of(key: str) -> datetime:
    """Return the hour (UTC) that a key of `pending/`, `log/` or `segments/` is filed under."""
    day, hour = key.split("/")[1:3]
    return datetime.strptime(f"{day} {hour[:2]} +0000", "%Y-%m-%d %H %z")


CLAIMS, PENDING, WAITING, REFUSED, JOBS, LOG = "claims/", "pending/", "waiting/", "refused/", "jobs/", "log/"
SEGMENTS, UPLOADS = "segments/", "uploads/"
NOTICES, UNDELIVERED = "notices/", "undelivered/"
INDEX = "index.json"


_HOUR = r"\d{4}-\d\d-\d\d/\d\d"
_SHAPES = re.compile(
    rf"claims/{UPLOAD_ID}/[1-9]\d{{0,8}}\.json|(?:waiting|refused)/{UPLOAD_ID}\.json|uploads/{UPLOAD_ID}/\w+\.json"
    rf"|pending/(?P<pending>{_HOUR})/{UPLOAD_ID}(?:-[^/]+)?\.json|log/(?P<log>{_HOUR})/[^/]+\.json"
    rf"|segments/(?P<segment>{_HOUR})\.ndjson\.gz|jobs/.+|index\.json"
    r"|(?:notices|undelivered)/[^/]+/\w+\.json",
    re.ASCII,
)


def is_ours(key: str) -> bool:
    """Tell whether a key is one that this app writes; in `jobs/` everything counts, for that is to be looked at."""
    found = _SHAPES.fullmatch(key)
    try:
        return found is not None and (found.lastgroup is None or bool(hour_of(key)))
    except ValueError:  # the 30th of February
        return False


def upload_id_in(key: str) -> str:
    """Return the upload_id in a key of `claims/`, `pending/`, `waiting/` or `refused/`."""
    parts = key.split("/")
    return parts[1] if key.startswith(CLAIMS) else parts[-1].removesuffix(".json").partition("-")[0]


def attempt_in(key: str) -> int:
    """Return the number of the attempt in a key of `claims/`."""
    return int(key.rsplit("/", maxsplit=1)[-1].removesuffix(".json"))


def job_id_in(key: str) -> str:
    """Return the job_id in a key of `jobs/` or `log/`."""
    return key.rsplit("/", maxsplit=1)[-1].removesuffix(".json")


def _hour(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%d/%H")

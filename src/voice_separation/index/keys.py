"""Where each document of the index lives, below INDEX_PREFIX; no two writers share a key."""

import hashlib
from datetime import datetime, timezone


def claim(upload_id: str, attempt: int) -> str:
    """Return the key of attempt n (from 1) to submit an upload."""
    return f"claims/{upload_id}/{attempt}.json"


def pending(upload_id: str, submitted_at: datetime) -> str:
    """Return the key under which a submitted upload waits for its job to finish, by the hour of submission (UTC)."""
    return f"pending/{_hour(submitted_at)}/{upload_id}.json"


def waiting(upload_id: str) -> str:
    """Return the key under which an upload waits for CI to take it."""
    return f"waiting/{upload_id}.json"


def refused(upload_id: str) -> str:
    """Return the key that says why an upload will never be separated."""
    return f"refused/{upload_id}.json"


def job(job_id: str) -> str:
    """Return the key of a job's entry; the hash spreads jobs over 256 prefixes."""
    return f"jobs/{hashlib.sha256(job_id.encode()).hexdigest()[:2]}/{job_id}.json"


def log(job_id: str, arrived_at: datetime) -> str:
    """Return the key of the copy of an entry that is filed by the hour of its arrival (UTC)."""
    return f"log/{_hour(arrived_at)}/{job_id}.json"


def _hour(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%d/%H")

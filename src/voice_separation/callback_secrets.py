"""The ring of CALLBACK_SECRETS."""

from voice_separation.secret_rings import split_ring

MIN_LENGTH = 16


def parse_callback_secrets(text: str) -> tuple[str, ...]:
    """Read a ring, the first secret first. Raises ValueError, which quotes nothing."""
    ring = split_ring(text)
    if not ring or any(len(secret) < MIN_LENGTH for secret in ring):
        raise ValueError(f"each secret has at least {MIN_LENGTH} characters; `openssl rand -hex 32` makes one")
    return ring

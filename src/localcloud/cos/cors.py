"""Which requests from pages of other origins a bucket's CORS rules allow (436/8279, 436/8288)."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from localcloud.cos import errors
from localcloud.cos.bucket_settings import CorsRule


def preflight_headers(rules: Sequence[CorsRule], headers: Mapping[str, str]) -> dict[str, str]:
    """Return what allows the request that a browser asks about. Raises CloudError 403 AccessForbidden, 400."""
    origin, method = headers.get("origin", ""), headers.get("access-control-request-method", "")
    if not origin or not method:
        message = "A preflight request has Origin and Access-Control-Request-Method. Send both."
        raise errors.invalid_argument(message)
    wanted = [name.strip() for name in headers.get("access-control-request-headers", "").split(",") if name.strip()]
    for rule in rules:
        if _allows(rule, origin, method) and all(_matches(rule.allowed_headers, name) for name in wanted):
            allowed = {**_answer(rule, origin), "access-control-allow-methods": ",".join(rule.allowed_methods)}
            if wanted:
                allowed["access-control-allow-headers"] = ",".join(wanted)
            if rule.max_age_seconds is not None:
                allowed["access-control-max-age"] = str(rule.max_age_seconds)
            return allowed
    raise errors.access_forbidden(origin, method)


def response_headers(rules: Sequence[CorsRule], origin: str, method: str) -> dict[str, str]:
    """Return what lets a page of this origin read the answer to its request; nothing if no rule does."""
    return next((_answer(rule, origin) for rule in rules if _allows(rule, origin, method)), {})


def _allows(rule: CorsRule, origin: str, method: str) -> bool:
    return method in rule.allowed_methods and any(_is_like(origin, pattern) for pattern in rule.allowed_origins)


def _matches(patterns: Sequence[str], header: str) -> bool:
    return any(_is_like(header.lower(), pattern.lower()) for pattern in patterns)


def _is_like(text: str, pattern: str) -> bool:
    """Whether they are the same, where a `*` in the pattern stands for any text."""
    return fnmatchcase(text, pattern.replace("[", "[[]").replace("?", "[?]"))


def _answer(rule: CorsRule, origin: str) -> dict[str, str]:
    headers = {"access-control-allow-origin": "*" if "*" in rule.allowed_origins else origin, "vary": "Origin"}
    if rule.expose_headers:
        headers["access-control-expose-headers"] = ",".join(rule.expose_headers)
    return headers

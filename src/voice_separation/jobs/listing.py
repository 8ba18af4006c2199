"""Which jobs to list: the parameters of `GET /jobs` (460/84766, 2025-12-03)."""

from pydantic import BaseModel, ConfigDict, Field

from voice_separation.jobs.ticket import TAG


class JobFilter(BaseModel):
    """A filter on jobs; what is None does not filter.

    `input_object` matches exactly. The newest jobs come first. CI keeps jobs for a month (console text of 2023); how
    soon a new job is listed is not documented.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    tag: str = TAG
    input_object: str | None = None
    size: int = Field(100, ge=1, le=100)

    def params(self, next_token: str | None = None) -> dict[str, str]:
        """Return the query parameters of one page."""
        params = {
            "tag": self.tag,
            "inputObject": self.input_object,
            "orderByTime": "Desc",
            "size": str(self.size),
            "nextToken": next_token,
        }
        return {name: value for name, value in params.items() if value is not None}

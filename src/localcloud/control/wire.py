"""The wire of the control API and the page: what comes for this machine itself, by its own name."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from localcloud.control.exchange import PREFIX, Document, Operation, Operations, render
from localcloud.control.guard import check_sender
from localcloud.control.page import Page
from localcloud.errors import CloudError


class Refused(Document):
    """Why something was not done."""

    code: str
    message: str


class ControlWire:
    """Finds the operation that a request is for. What it answers is not recorded: it is nothing a cloud is asked."""

    def __init__(self, operations: Operations) -> None:
        self._page = Page()
        self._operations = {(each.path, each.method): each for each in operations}

    async def handle(self, request: Request) -> Response:
        """Answer one request. Raises CloudError 404 for a path that is neither the API's nor the page's."""
        path = request.scope["path"]
        if path != "/" and not path.startswith(f"{PREFIX}/"):
            message = (
                f"{request.headers.get('host')!r} is the local cloud itself, which has no {path!r}. Send the public"
                f" name of a bucket or function as Host; the control API is at {PREFIX}/."
            )
            raise CloudError(404, "NotFound", message)
        request.state.recorded = False
        if found := self._page.find(request):
            return found
        try:
            check_sender(request)
            return await self._operation(request).answer(request)
        except CloudError as refusal:
            told = render(Refused(code=refusal.code, message=refusal.message), refusal.status)
            told.headers.update(refusal.headers)
            return told

    def _operation(self, request: Request) -> Operation[Any]:
        path = request.scope["path"].removeprefix(PREFIX)
        found = self._operations.get((path, request.method))
        if found is not None:
            return found
        methods = sorted(method for known, method in self._operations if known == path)
        if methods:
            message = f"{PREFIX}{path} takes {' and '.join(methods)}, not {request.method}."
            raise CloudError(405, "MethodNotAllowed", message, {"allow": ", ".join(methods)})
        known = ", ".join(sorted({path for path, _ in self._operations}))
        raise CloudError(404, "NotFound", f"The control API has no {path!r}, but {known}.")

"""What the answers of CI's wire have in common."""

from starlette.requests import Request
from starlette.responses import Response

from localcloud import xml
from localcloud.ci.nodes import Nodes
from localcloud.errors import CloudError, not_implemented


def answer(body: bytes) -> Response:
    """Return the answer with this document."""
    return Response(body, media_type="application/xml")


def answer_nodes(request: Request, nodes: Nodes) -> Response:
    """Return the answer with these nodes below Response, and the request's id before them."""
    return answer(xml.render("Response", {"RequestId": request.state.request_id, **nodes}))


def not_offered(request: Request) -> CloudError:
    """Return the 501 for an operation that is not offered here, named by its method and path."""
    return not_implemented(f"CI's {request.method} {request.scope['path']}")

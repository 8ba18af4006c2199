"""The wire of COS: every request finds its operation, if it may (API documents under 436/7751)."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from localcloud.admission import Admission
from localcloud.cos.anonymous import everyone_may
from localcloud.cos.bucket_responses import BucketResponses
from localcloud.cos.configuration_responses import ConfigurationResponses
from localcloud.cos.cors import preflight_headers, response_headers
from localcloud.cos.models import Cos
from localcloud.cos.multipart_responses import MultipartResponses
from localcloud.cos.object_responses import ObjectResponses
from localcloud.cos.operations import operation_of
from localcloud.cos.post_object import PostObjectResponses
from localcloud.cos.reading import read_version_id
from localcloud.cos.wire import Operations
from localcloud.errors import CloudError
from localcloud.hosts import CosHost, CosServiceHost
from localcloud.signature import is_signed


class CosResponses:
    """Answers what comes for a COS host: whatever `admission` lets in, or an ACL grants to everyone."""

    def __init__(self, cos: Cos, admission: Admission) -> None:
        self._cos = cos
        self._admission = admission
        self._buckets = BucketResponses(cos)
        self._operations: Operations = {
            **ObjectResponses(cos).operations,
            **PostObjectResponses(cos, admission).operations,
            **MultipartResponses(cos).operations,
            **self._buckets.operations,
            **ConfigurationResponses(cos).operations,
        }

    async def handle(self, request: Request, host: CosHost) -> Response:
        """Answer one request to the bucket of `host`. Raises CloudError for every refusal."""
        try:
            response = await self._answer(request, host)
        except CloudError as error:
            raise error.with_headers(self._cors_headers(request, host)) from None
        response.headers.update(self._cors_headers(request, host))
        return response

    async def handle_service(self, request: Request, host: CosServiceHost) -> Response:
        """Answer one request that names no bucket: GET Service. Raises CloudError for every refusal."""
        self._admission.check(request)
        return self._buckets.get_service(request, host)

    async def _answer(self, request: Request, host: CosHost) -> Response:
        key = request.scope["path"].removeprefix("/")
        operation = self._permitted(request, host, key)
        if operation != "PutBucket":
            self._cos.require_bucket(host.bucket, host.region)
        if operation == "OptionsObject":
            return Response(headers=preflight_headers(self._cos.settings(host.bucket).cors, request.headers))
        return await self._operations[operation](request, host, key)

    def _permitted(self, request: Request, host: CosHost, key: str) -> str:
        """Return the operation's name, once it is clear that the sender may do it.

        Browsers do not sign preflight requests, and a form is signed by its own fields.
        """
        if is_signed(request):
            self._admission.check(request)
            return operation_of(request, self._operations)
        try:
            operation = operation_of(request, self._operations)
        except CloudError:
            operation = ""
        free = operation in ("OptionsObject", "PostObject")
        if not free and not everyone_may(operation, self._cos, host.bucket, key, read_version_id(request)):
            self._admission.check(request)
        return operation

    def _cors_headers(self, request: Request, host: CosHost) -> Mapping[str, str]:
        origin = request.headers.get("origin")
        if origin is None or request.method == "OPTIONS" or host.bucket not in self._cos.buckets():
            return {}
        return response_headers(self._cos.settings(host.bucket).cors, origin, request.method)

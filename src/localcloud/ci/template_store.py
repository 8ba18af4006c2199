"""The templates of all buckets."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from localcloud.ci.kept import KeptFile
from localcloud.ci.pages import Page
from localcloud.ci.templates import Template, TemplateFilter, TemplateRequest
from localcloud.clock import Clock
from localcloud.errors import CloudError


class Templates:
    """All templates. Safe to share between threads; a later one of the same directory has the same templates."""

    def __init__(self, clock: Clock, token_hex: Callable[[int], str], directory: Path | None) -> None:
        self._clock = clock
        self._token_hex = token_hex
        self._kept = KeptFile(directory, "templates", Template)
        self._lock = threading.Lock()
        self._templates = {template.template_id: template for template in self._kept.load()}

    def add(self, template: Template) -> None:
        """Make a template known, in place of one with the same id."""
        with self._lock:
            self._keep(template)

    def create(self, bucket: str, request: TemplateRequest) -> Template:
        """Make a template of the bucket. Raises CloudError 400 TemplateNameDuplicate."""
        with self._lock:
            self._require_free_name(bucket, request.name)
            now = self._clock()
            template_id = f"t{self._token_hex(16)}"
            template = Template(template_id, request.name, request.voice_separate, bucket, now, now)
            self._keep(template)
            return template

    def update(self, bucket: str, template_id: str, request: TemplateRequest) -> Template:
        """Make the template what the request says; jobs submitted before stay as they are.

        Raises CloudError 400 TemplateNotFound, for an official one too, or TemplateNameDuplicate.
        """
        with self._lock:
            former = self._own(bucket, template_id)
            if request.name != former.name:
                self._require_free_name(bucket, request.name)
            template = replace(
                former, name=request.name, voice_separate=request.voice_separate, update_time=self._clock()
            )
            self._keep(template)
            return template

    def delete(self, bucket: str, template_id: str) -> None:
        """Forget the template. Raises CloudError 400 TemplateNotFound, for an official one too."""
        with self._lock:
            del self._templates[self._own(bucket, template_id).template_id]
            self._kept.save(self._templates.values())

    def get(self, bucket: str, template_id: str) -> Template:
        """Return a template that jobs of the bucket may use. Raises CloudError 400 TemplateNotFound."""
        for template in self.of(bucket):
            if template.template_id == template_id:
                return template
        raise _not_found(bucket, template_id)

    def of(self, bucket: str) -> tuple[Template, ...]:
        """Return every template that jobs of the bucket may use, the first made first."""
        with self._lock:
            return tuple(template for template in self._templates.values() if template.bucket in ("", bucket))

    def page(self, bucket: str, wanted: TemplateFilter) -> Page[Template]:
        """Return the page of the bucket's templates that is asked for."""
        return wanted.page_of([template for template in self.of(bucket) if wanted.admits(template)])

    def missing(self, bucket: str, template_ids: Sequence[str]) -> tuple[str, ...]:
        """Return which of these ids are of no template that jobs of the bucket may use."""
        known = {template.template_id for template in self.of(bucket)}
        return tuple(template_id for template_id in template_ids if template_id not in known)

    def _own(self, bucket: str, template_id: str) -> Template:
        template = self._templates.get(template_id)
        if template is None or template.bucket != bucket:
            raise _not_found(bucket, template_id)
        return template

    def _require_free_name(self, bucket: str, name: str) -> None:
        if any(template.bucket == bucket and template.name == name for template in self._templates.values()):
            message = f"The bucket {bucket!r} has a template named {name!r} already. Update it, or choose another name."
            raise CloudError(400, "TemplateNameDuplicate", message)

    def _keep(self, template: Template) -> None:
        self._templates[template.template_id] = template
        self._kept.save(self._templates.values())


def _not_found(bucket: str, template_id: str) -> CloudError:
    """Return the answer for an unknown template; the code is 1107's (1045 error codes), its status a guess."""
    message = f"The bucket {bucket!r} has no template {template_id!r}. Create it, or send VoiceSeparate instead."
    return CloudError(400, "TemplateNotFound", message)

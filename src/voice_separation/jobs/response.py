"""The `<Response>` of CI's answers, read as a model."""

from typing import TypeVar

from pydantic import ValidationError

from voice_separation.jobs.nodes import MalformedXml, Node, parse_xml


class MalformedAnswer(ValueError):
    """An answer of CI that cannot be read as what it should be."""


NodeT = TypeVar("NodeT", bound=Node)


def parse_answer(model: type[NodeT], body: bytes) -> NodeT:
    """Read the `<Response>` of an answer as a model.

    Raises MalformedAnswer.
    """
    try:
        tree = parse_xml(body)
        if "Response" not in tree:
            raise MalformedAnswer("CI's answer is no Response")
        return model.model_validate(tree["Response"] or {})
    except (MalformedXml, ValidationError) as error:
        raise MalformedAnswer(f"CI's answer cannot be read: {type(error).__name__}") from error

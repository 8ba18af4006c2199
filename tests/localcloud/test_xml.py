import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud import xml
from localcloud.errors import CloudError

SPEAKABLE = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"))


def test_nodes_are_rendered_in_order_with_lists_repeated() -> None:
    nodes = {"State": "Success", "Empty": None, "Blank": "", "Job": [{"Id": 1}, {"Id": 2}], "Last": True}
    body = xml.render("Response", nodes)
    assert body.decode().splitlines() == [
        '<?xml version="1.0" encoding="utf-8"?>',
        "<Response><State>Success</State><Empty/><Blank/><Job><Id>1</Id></Job><Job><Id>2</Id></Job>"
        "<Last>true</Last></Response>",
    ]


@given(SPEAKABLE)
def test_any_text_comes_back_but_for_spaces_around_it(text: str) -> None:
    parsed = xml.parse(xml.render("Root", {"Text": text}), root="Root")
    assert (parsed["Text"] or "") == text.strip()


def test_a_character_that_xml_cannot_hold_is_replaced() -> None:
    assert "<Key>a\ufffdb</Key>" in xml.render("Root", {"Key": "a\x01b"}).decode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml",
        b"<Request>",
        b"<Other/>",
        b"<Request>text</Request>",
        b'<?xml version="1.0" encoding="nonsense"?><Request/>',
        b'<!DOCTYPE Request [<!ENTITY x "y">]><Request><Tag>&x;</Tag></Request>',
    ],
)
def test_what_is_not_the_document_is_refused(body: bytes) -> None:
    with pytest.raises(CloudError, match="<Request>") as refused:
        xml.parse(body, root="Request", code="InvalidContent")
    assert (refused.value.status, refused.value.code) == (400, "InvalidContent")


def test_an_empty_document_has_no_children() -> None:
    assert xml.parse(b"<Request/>", root="Request") == {}

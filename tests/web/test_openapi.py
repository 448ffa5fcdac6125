"""The portal described for programs: every route, and answers that are what the description says."""

import json
from typing import Any

import msgspec

from keyback.web.render import PageData
from keyback.web.server import ROUTES
from tests.living import MAIL, Living


def described(living: Living) -> dict[str, Any]:
    """The document as it is served."""
    document: dict[str, Any] = living.browser().http.get("/openapi.json").json()
    return document


def test_every_route_is_described_with_its_fields(quick: Living) -> None:
    """And no other: the document is made from the table."""
    paths = described(quick)["paths"]
    assert {(method.upper(), path) for path, methods in paths.items() for method in methods} == {
        (route.method, route.path.replace(":str", "")) for route in ROUTES
    }
    for route in ROUTES:
        if "form" in route.guards:
            body = paths[route.path.replace(":str", "")]["post"]["requestBody"]["content"]["application/json"]["schema"]
            assert set(body["properties"]) == {*route.fields, "token"}
            assert body["additionalProperties"] is False


def test_every_reference_leads_somewhere(quick: Living) -> None:
    """OpenAPI 3.1."""
    document = described(quick)
    assert document["openapi"] == "3.1.0"
    for reference in set(json.dumps(document).split('"$ref": "')[1:]):
        place: Any = document
        for part in reference.partition('"')[0].removeprefix("#/").split("/"):
            place = place[part]
        assert place


def test_the_proof_of_work_is_described_as_it_is_given(quick: Living) -> None:
    """Decisions 10: a program can do it from the description alone."""
    work = described(quick)["components"]["schemas"]["Work"]
    assert set(quick.browser().get("/reset")["work"]) == set(work["properties"])
    assert "SHA-256" in work["description"]


def test_every_page_of_a_journey_is_what_the_description_says(quick: Living) -> None:
    """All keys, right types, nothing more."""
    quick.ada()
    browser = quick.browser()
    pages = [browser.get("/reset"), browser.start(), browser.choose("email_code"), browser.post(answer="1")]
    pages += [browser.post(answer=quick.newest_code(MAIL)), browser.choose("totp")]
    pages += [browser.post(answer=quick.code_of_app()), browser.set_password(), browser.get("/nowhere")]
    for page in pages:
        assert set(page) == set(PageData.__struct_fields__)
        assert (page["work"] is not None) == (page["state"] == "start")
        msgspec.convert({**page, "work": None}, PageData)

"""Signing in at the admin centre: two factors, one of them strong, and a role (ADM-3, decisions 35)."""

import pytest

from keyback.core.types import SECOND, ContactKind
from tests.admin.desk import Desk
from tests.living import MAIL, OLD_PASSWORD, Living


def test_who_holds_a_role_signs_in_with_two_factors(living: Living) -> None:
    """Password, then the authenticator; then the Overview is there."""
    gwen = living.operator("global_administrator", "gwen")
    living.contact(gwen, ContactKind.EMAIL, MAIL)
    desk = Desk(living)
    desk.get("/")
    assert desk.went_to == "/sign-in"
    page = desk.get("/sign-in")
    token = next(field["value"] for field in page["fields"] if field["name"] == "token")
    response = desk.http.post(
        "/sign-in", data={"user_id": "gwen@contoso.example", "password": OLD_PASSWORD, "token": token},
        headers={"accept": "text/html"},
    )  # fmt: skip
    assert response.headers["location"] == "/sign-in/factor"
    page = desk.get("/sign-in/factor")
    challenge = next(field["value"] for field in page["fields"] if field["name"] == "challenge")
    living.clock.move(30 * SECOND)
    sent = {"answer": living.code_of_app(), "challenge": challenge, "token": token}
    response = desk.http.post("/sign-in/answer", data=sent, headers={"accept": "text/html"})
    assert response.headers["location"] == "/signed-in"
    desk.get("/signed-in")
    assert desk.went_to == "/"
    assert desk.get("/")["state"] == "overview"


def test_the_overview_is_a_page(living: Living) -> None:
    """As HTML too, with its navigation."""
    desk = Desk(living, living.operator("global_administrator", "gwen"))
    html = desk.html("/")
    assert "Overview" in html
    assert 'aria-current="page"' in html


@pytest.mark.parametrize("path", ["/admin", "/users", "/helpdesk", "/password-reset/properties"])
def test_the_portal_serves_no_admin_path(living: Living, path: str) -> None:
    """WEB-10 (amended), decisions 35."""
    browser = living.browser()
    browser.get(path)
    assert browser.status == 404

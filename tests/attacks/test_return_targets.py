"""Where a browser is sent is the server's decision alone (WEB-4)."""

import pytest

from tests.admin.desk import Desk
from tests.living import Living
from tests.signing import seated

TARGETS = (
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "https:evil.example",
    "/%2fevil.example",
    "javascript:1",
)
NAMES = ("next", "return", "returnTo", "redirect_uri", "url", "continue")


@pytest.mark.parametrize("target", TARGETS)
def test_no_parameter_moves_a_redirect_of_the_portal(quick: Living, target: str) -> None:
    """WEB-4: with and without a session, the way on is as if the parameter were not there."""
    person = quick.person("ada")
    for browser in (quick.browser(), seated(quick, person)):
        for path in ("/", "/sign-in", "/signed-in", "/prove", "/register", "/security-info"):
            plain = browser.http.get(path, headers={"accept": "text/html"})
            for name in NAMES:
                sent = browser.http.get(path, params={name: target}, headers={"accept": "text/html"})
                assert sent.headers.get("location", "") == plain.headers.get("location", "")
                assert "evil" not in sent.text


@pytest.mark.parametrize("target", TARGETS)
def test_no_parameter_moves_a_redirect_of_the_admin_centre(quick: Living, target: str) -> None:
    """WEB-4: there a parameter that no page declares is refused."""
    for desk in (Desk(quick), Desk(quick, quick.operator("global_administrator", "gwen"))):
        for path in ("/", "/sign-in", "/users"):
            for name in NAMES:
                sent = desk.http.get(path, params={name: target})
                assert "evil" not in sent.headers.get("location", "")
                assert "evil" not in sent.text


def test_every_redirect_is_a_path_of_ours_without_a_token(quick: Living) -> None:
    """WEB-4: relative, and nothing secret in it."""
    browser = quick.browser()
    for path in ("/", "/signed-in", "/prove", "/register", "/reset/journey"):
        location = browser.http.get(path, headers={"accept": "text/html"}).headers.get("location", "/")
        assert location.startswith("/")
        assert not location.startswith("//")
        assert "?" not in location

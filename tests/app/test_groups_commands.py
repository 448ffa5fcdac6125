"""`keyback groups` and `keyback people roles`: scopes, groups that hold roles, another name, the end (issue 5.2, 5.3)."""

from pathlib import Path

import pytest

from tests.app.test_people_commands import Install

ADA = "ada@contoso.example"


@pytest.fixture
def install(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Install:
    return Install(tmp_path, capsys)


def test_a_role_is_given_over_the_people_of_a_group(install: Install) -> None:
    install.json("people", "add", ADA)
    install.json("groups", "add", "Berlin")
    assert install.json("people", "roles", "add", ADA, "helpdesk_administrator", "--scope", "berlin")["changed"]
    assert not install.json("people", "roles", "add", ADA, "helpdesk_administrator", "--scope", "Berlin")["changed"]
    held = install.json("people", "roles", "list", ADA)
    assert held["held"] == [{"role": "helpdesk_administrator", "scope": "Berlin", "through": ""}]
    assert "over Berlin" in install.run("people", "roles", "list", ADA)[1]
    assert not install.json("people", "roles", "remove", ADA, "helpdesk_administrator")["changed"]
    assert install.json("people", "roles", "remove", ADA, "helpdesk_administrator", "--scope", "Berlin")["changed"]
    assert install.json("people", "roles", "list", ADA)["held"] == []
    code, _, told = install.run("people", "roles", "add", ADA, "helpdesk_administrator", "--scope", "Nowhere")
    assert code != 0
    assert "Nowhere" in told


def test_a_group_holds_a_role_for_its_members(install: Install) -> None:
    install.json("people", "add", ADA)
    install.json("groups", "add", "Operators", "--role-assignable")
    install.json("groups", "members", "add", "Operators", ADA)
    assert install.json("groups", "roles", "add", "Operators", "global_reader")["changed"]
    held = install.json("people", "roles", "list", ADA)["held"]
    assert held == [{"role": "global_reader", "scope": "", "through": "Operators"}]
    code, _, told = install.run("groups", "delete", "Operators")
    assert code != 0
    assert "Global Reader" in told
    assert install.json("groups", "roles", "remove", "Operators", "global_reader")["changed"]
    assert install.json("groups", "rename", "Operators", "Desk") == {"changed": True}
    assert install.json("groups", "delete", "Desk") == {"deleted": "Desk"}
    assert install.json("groups", "list")["groups"] == []
    assert install.json("people", "roles", "list", ADA) == {"roles": [], "held": []}

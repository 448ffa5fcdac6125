"""A User Administrator who would vouch for a mailbox of their own by a file (ADM-1)."""

from dataclasses import replace
from typing import Any

import pytest

from keyback.core.types import ContactKind
from tests.admin.desk import Desk
from tests.living import OPEN_POLICY, Living

FILE = b"user_id,alternateemail\nada@contoso.example,mallory@mailbox.example\n"


def imported(desk: Desk, *how: str) -> dict[str, Any]:
    """Sent, looked at, and imported."""
    desk.upload("/users/import", "file", FILE)
    [form] = desk.parts("Form")
    return desk.post(form["action"], how=list(how))


def confirmed(living: Living) -> list[str]:
    with living.store.reading() as unit:
        return [one.confirmed_how for one in unit.people.contacts("id-ada") if one.kind is ContactKind.EMAIL]


def test_only_who_may_change_methods_vouches_for_contacts(living: Living) -> None:
    """On the person's page it needs that right; a file is no way around it, and the choice is not offered."""
    living.person("ada")
    desk = Desk(living, living.operator("user_administrator", "uma"))
    desk.upload("/users/import", "file", FILE)
    assert "trust" not in [option["value"] for check in desk.parts("Checks") for option in check["options"]]
    imported(desk, "trust")
    assert desk.status == 403
    assert confirmed(living) == []
    imported(desk)
    assert desk.status == 200
    assert confirmed(living) == [""]


@pytest.mark.parametrize("roles", [("global_administrator",), ("user_administrator", "authentication_administrator")])
def test_who_may_change_methods_may(living: Living, roles: tuple[str, ...]) -> None:
    living.person("ada")
    operator = living.operator(roles[0], "gwen")
    for role in roles[1:]:
        living.grant(operator, role)
    imported(Desk(living, operator), "trust")
    assert confirmed(living) == ["import"]


def test_where_policy_trusts_files_nobody_is_asked(living: Living) -> None:
    service = replace(OPEN_POLICY.self_service, trust_imported_contacts=True)
    living.set_policy(replace(OPEN_POLICY, self_service=service))
    living.person("ada")
    imported(Desk(living, living.operator("user_administrator", "uma")), "trust")
    assert confirmed(living) == ["import"]

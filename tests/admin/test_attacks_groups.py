"""A Groups Administrator who would become more (ADM-1, ADM-2)."""

from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from keyback.app.people import groups
from keyback.app.people.finding import find_group
from keyback.core.errors import Forbidden, Invalid
from keyback.core.rules.roles import GLOBAL
from tests.admin.acting import found, group, hold_role, work_as
from tests.living import Living


def test_nobody_slips_into_a_group_while_it_becomes_one_that_gives_roles(living: Living) -> None:
    """Whoever comes second is judged by what the first one did."""
    hold_role(living, group(living, "rulers", role_assignable=True), GLOBAL)
    group(living, "pilots")
    gwen = work_as(living, living.operator(GLOBAL, "gwen"))
    eve = living.operator("groups_administrator", "eve")
    with ThreadPoolExecutor(1) as pool:
        with living.store.writing() as unit:
            groups.put_member(gwen, unit, find_group(gwen, unit, "rulers"), "pilots", adds=True)
            slips = pool.submit(groups.change_member, work_as(living, eve), "pilots", "eve@contoso.example", adds=True)
            wait([slips], 1)
        with pytest.raises(Forbidden):
            slips.result()
    assert found(living, eve).roles == ("groups_administrator",)


def test_no_group_is_called_like_the_id_of_another(quick: Living) -> None:
    """A page that was opened before a group was deleted would mean the one that is called so now."""
    eve = work_as(quick, quick.operator("groups_administrator", "eve"))
    gone = groups.add_group(eve, "Berlin")
    groups.delete(eve, gone)
    group(quick, "everybody")
    for act in (lambda: groups.add_group(eve, gone.upper()), lambda: groups.rename(eve, "everybody", f" {gone} ")):
        with pytest.raises(Invalid):
            act()

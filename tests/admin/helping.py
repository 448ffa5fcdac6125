"""An operator who acts for Ada, as the tests of the helpdesk need it."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from keyback.app.helpdesk import acting, approving
from keyback.app.helpdesk.acting import Deed
from keyback.app.helpdesk.basis import Claim
from keyback.core.errors import Refused
from keyback.core.events import Activity
from keyback.core.rules.helpdesk import Action, Ground
from keyback.store.group_changes import SqlGroupChanges
from tests.call.calling import Desk, work_of
from tests.living import MAIL, Living

CASE = Claim(Ground.CASE)
SEEN = Claim(Ground.IN_PERSON, "passport")


def do(desk: Desk, action: Action, claim: Claim = CASE, operator: str = "") -> acting.Outcome:
    return acting.act(work_of(desk.living, operator or desk.olga), Deed(action, desk.ada, claim))


def lines(living: Living, activity: Activity) -> list[tuple[str, dict[str, object]]]:
    """Who did it, and the details."""
    return [
        (str(line["actor"]), json.loads(str(line["details"])))
        for line in living.story()
        if line["activity"] == activity
    ]


def subjects(living: Living) -> list[str]:
    return [str(one["subject"]) for one in living.delivered() if one["to"] == MAIL]


def agreed(desk: Desk, action: Action, second: str = "") -> str:
    """Id of a request that somebody agreed to."""
    one = approving.ask(desk.work, action, desk.ada, "lost everything, ticket 7")
    approving.decide(work_of(desk.living, second or otto(desk)), one.id, granted=True)
    return one.id


def otto(desk: Desk) -> str:
    return desk.living.operator("helpdesk_administrator", "otto")


def revoke(living: Living, person: str, role: str) -> None:
    with living.store.writing() as unit:
        SqlGroupChanges(unit).revoke(person, role)


def at_once(work: Callable[[int], object]) -> list[object]:
    def run(number: int) -> object:
        try:
            return work(number)
        except Refused as error:
            return error

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(run, range(8)))

"""Take back the last change: a new version that equals the one before (decisions 22)."""

from dataclasses import replace

from keyback.app.house import House
from keyback.app.policy.check import Checked, known
from keyback.app.policy.diff import Plan, planned
from keyback.app.policy.standing import refresh_due
from keyback.core.errors import Refused
from keyback.core.messages import say
from keyback.core.rules import policy_check

MESSAGES = {"policy.nothing_to_undo": "There is no earlier version of the policy to go back to."}


def undo(house: House) -> Plan:
    """The plan that takes back the last change; `apply` carries it out. Its warnings were accepted once.

    Raises `Refused` if there is nothing before.
    """
    refresh_due(house)
    with house.store.reading() as unit:
        present = unit.policies.in_force()
        earlier = unit.policies.document(present.version - 1) if present is not None else None
        if earlier is None:
            raise Refused(say("policy.nothing_to_undo"))
        verdict = policy_check.check(earlier.policy, known(house, unit))
        plan = planned(house, unit, Checked(earlier.policy, verdict.mistakes, verdict.warnings))
    return replace(plan, accepted_before=True)

"""`keyback people methods`, and what `people show` says of them."""

from dataclasses import asdict

from keyback.app.people.overview import Item, Overview
from keyback.cli._answers import AsJson, Config, UserId, answer, answering, time_shown
from keyback.cli._people_pass import pass_lines
from keyback.cli._people_pass import shown as pass_data
from keyback.core.rules.registration import Why

WORDS = {
    Why.WAITS: "counts from {at}",
    Why.REPLACED: "counts until {at}: another took its place",
    Why.UNCONFIRMED: "a hint: nobody confirmed it",
    Why.OWN_MAILBOX: "this mailbox opens with the password that would be reset",
    Why.NOTICES_ONLY: "gets notices only",
    Why.NOT_MESSAGED: "no messages are sent to such numbers (policy: numbers.allowed_countries)",
    Why.SWITCHED_OFF: "the method is switched off",
    Why.NOT_FOR_YOU: "policy keeps the method from this person",
    Why.SAME_THING: "hangs on the same thing as {other}, so both count as one",
}


def methods(user_id: UserId, config: Config = None, as_json: AsJson = False) -> None:
    """List all that a person can prove themselves with: since when, by whom confirmed, whether it counts, and why not.

    Example: keyback people methods ada@example.org
    """
    from keyback.app.people.overview import overview

    with answering(config, as_json) as work:
        seen = overview(work, user_id)
    lines = [line for item in seen.items for line in _item_lines(item)]
    answer(
        as_json, {"user_id": seen.person.upn, **as_data(seen)}, *(lines or ["  nothing registered"]), *lines_of(seen)
    )


def as_data(seen: Overview) -> dict[str, object]:
    """For programs."""
    upkeep, duty = seen.person.upkeep, seen.duty
    return {
        "things": [_item(item) for item in seen.items],
        "reset": {"possible": not seen.refusal, "refusal": seen.refusal, "methods_demanded": seen.gates},
        "registration": {
            "registered_at": upkeep.registered_at,
            "confirmed_at": upkeep.confirmed_at,
            "demanded_at": upkeep.again_at,
            "asked": duty.asked,
            "skippable": duty.skippable,
            "offers": list(duty.offers),
            "reconfirm": seen.reconfirm,
        },
        "read_only_until": seen.closed_until,
        "pass": pass_data(seen.access_pass) if seen.access_pass else None,
        "sessions": seen.sessions,
    }


def lines_of(seen: Overview) -> list[str]:
    """Everything but the single things."""
    reset = f"would be refused ({seen.refusal})" if seen.refusal else f"would work, with {seen.gates} proofs"
    lines = [f"  reset now  {reset}", f"  next       {_next(seen)}", f"  sessions   {seen.sessions}"]
    if seen.closed_until:
        lines.append(f"  recovered  the person can change nothing of this until {time_shown(seen.closed_until)}")
    return lines + (pass_lines(seen.access_pass) if seen.access_pass else [])


def _next(seen: Overview) -> str:
    duty = seen.duty
    if duty.asked and not duty.offers:
        return "must register at sign-in, and nothing that would be enough is open to them"
    if duty.asked:
        return f"{'may' if duty.skippable else 'must'} register at sign-in: {', '.join(duty.offers)}"
    return "is asked at sign-in if all is still right" if seen.reconfirm else "nothing is asked at sign-in"


def _item(item: Item) -> dict[str, object]:
    known = asdict(item)
    del known["reason"]
    reason = item.reason
    return {
        **known,
        "counts": reason is None or reason.why is Why.REPLACED,
        "why": reason.why.value if reason else "",
        "why_at": reason.at if reason else 0,
        "same_as": reason.other if reason else "",
    }


def _item_lines(item: Item) -> list[str]:
    reason = item.reason
    counts = (
        WORDS[reason.why].format(at=time_shown(reason.at), other=reason.other[:12]) if reason else "counts for a reset"
    )
    signs_in = ", second factor at sign-in" if item.signs_in else ""
    used = f", last used {time_shown(item.last_used_at)}" if item.last_used_at else ", never used"
    by = f", confirmed by {item.confirmed_how}" if item.confirmed_how else ""
    said = f" ({item.vouched_by})" if item.vouched_by else ""
    count = f" ({item.count})" if item.count > 1 else ""
    return [
        f"  {item.id[:13]:13}  {item.kind:8} {item.name}{count}",
        f"                 {counts}{signs_in}",
        f"                 added {time_shown(item.added_at)}{used}{by}{said}",
    ]

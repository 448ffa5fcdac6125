"""Overview: how it stands, and what needs attention."""

from collections.abc import Iterator

from keyback.app.helpdesk import queue
from keyback.app.helpdesk.queue import Counts
from keyback.app.overview import counting
from keyback.app.overview.counting import Counted, Measure
from keyback.app.overview.look import WEEK, Looked, look
from keyback.core.errors import Forbidden
from keyback.core.messages import say
from keyback.core.rules.roles import Permission
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import ANY_ROLE, Heading, Place, Route, one_of
from keyback.web.admin.pages import _attention
from keyback.web.admin.pages._attention import number
from keyback.web.admin.pages._desk import HELPS
from keyback.web.admin.parts import Chart, Go, Panel, Paragraph, Part, Press, Presses, Screen, Series, Tile, Tiles

MESSAGES = {
    "overview.title": "Overview",
    "overview.able": "Can reset today",
    "overview.of": "of {people} in scope",
    "overview.resets": "Resets in {days} days",
    "overview.besides": "{failures} wrong {failures:answer|answers}, {unlocks} {unlocks:unlock|unlocks}",
    "overview.registered": "Registered",
    "overview.registered_about": "have enough methods; some may still wait",
    "overview.incidents": "Open incidents",
    "overview.requests": "Requests for help",
    "overview.approvals": "Waiting approvals",
    "overview.chart": "Resets and wrong answers per day",
    "overview.series.resets": "Resets",
    "overview.series.failures": "Wrong answers",
    "overview.as_of": "Counted at {counted_at}.",
    "overview.older": "Counted at {counted_at}, under an earlier policy. It is counted anew within a minute.",
    "overview.uncounted": "It has not been counted yet how many people can reset. It is counted within a minute.",
    "overview.again": "Count again now",
    "overview.counted.done": "It was counted again.",
    "overview.first": "First steps",
    "overview.first_about": "Nobody can reset a password yet. Choose for whom self-service is on, and by which methods.",
    "overview.first_properties": "Open Properties",
    "overview.helpdesk": "Find a person and see what waits at the helpdesk.",
    "overview.to_helpdesk": "Open Helpdesk",
}


def show(ask: Ask) -> Reply:
    """The first page: what each role may see of it."""
    waits = queue.counts(ask.work()) if any(ask.may(one) for one in HELPS) else None
    if not reads(ask):
        return Reply(Screen("overview", say("overview.title"), tuple(_for_the_helpdesk(waits))))
    with ask.house.store.reading() as unit:
        looked = look(ask.house, unit, ask.site.zone)
    parts: list[Part] = []
    if looked.policy is None:
        parts.append(_first_steps(ask))
    parts.append(Tiles((*_figures(ask, looked), *_queues(waits))))
    parts += _said_when(looked)
    parts.append(Panel(say("overview.chart"), (_chart(looked),), id="days"))
    parts.append(Panel(say("attention.title"), (_attention.table(ask, looked, waits),), id="attention"))
    return Reply(Screen("overview", say("overview.title"), tuple(parts)))


def reads(ask: Ask) -> bool:
    """Whether figures of the whole organisation are this operator's to see."""
    return ask.operator.rights.everywhere(Permission.READ_REPORTS)


def count_again(ask: Ask) -> Reply:
    """At once."""
    if not reads(ask):
        raise Forbidden(say("rights.none"))
    counting.refresh(ask.house, force=True)
    return Reply(go_to="/", done="overview.counted.done")


def _for_the_helpdesk(waits: Counts | None) -> Iterator[Part]:
    if waits is None:
        return
    yield Paragraph(say("overview.helpdesk"))
    yield Presses((Go("/helpdesk", say("overview.to_helpdesk")),))
    yield Tiles(tuple(_queues(waits)))


def _first_steps(ask: Ask) -> Panel:
    may = ask.may(Permission.READ_POLICY)
    go = (Presses((Go("/password-reset/properties", say("overview.first_properties")),)),) if may else ()
    return Panel(say("overview.first"), (Paragraph(say("overview.first_about")), *go))


def _figures(ask: Ask, looked: Looked) -> Iterator[Tile]:
    if looked.counted is not None:
        listed = "/overview/cannot-reset" if ask.may(Permission.READ_PEOPLE) else ""
        yield from _counted(looked.counted, listed)
    week = looked.week
    logs = "/audit-logs" if ask.may(Permission.READ_AUDIT) else ""
    about = say("overview.besides", failures=week.failures, unlocks=week.unlocks)
    yield Tile(say("overview.resets", days=WEEK), number(week.resets), about, href=logs)


def _counted(numbers: Counted, listed: str) -> Iterator[Tile]:
    able, scope = numbers[Measure.ABLE], numbers[Measure.IN_SCOPE]
    of = say("overview.of", people=number(scope))
    yield Tile(say("overview.able"), number(able), of, listed, "warn" if able < scope else "good")
    yield Tile(say("overview.registered"), number(numbers[Measure.REGISTERED]), say("overview.registered_about"))


def _queues(waits: Counts | None) -> Iterator[Tile]:
    if waits is not None:
        approvals = (("approvals", waits.approvals),) if waits.approvals else ()
        for name, count in (("incidents", waits.incidents), ("requests", waits.requests), *approvals):
            yield Tile(say(f"overview.{name}"), number(count), href=f"/helpdesk/{name}", tone="warn" if count else "")


def _said_when(looked: Looked) -> list[Part]:
    """How old the figures are, where they are not of this moment."""
    if looked.policy is None or (looked.counted is not None and looked.counted.live):
        return []
    again = Presses((Press("/overview/count", say("overview.again")),))
    if looked.counted is None:
        return [Paragraph(say("overview.uncounted")), again]
    older = looked.counted.version != looked.policy.version
    return [Paragraph(say("overview.older" if older else "overview.as_of", counted_at=looked.counted.at)), again]


def _chart(looked: Looked) -> Chart:
    return Chart(
        say("overview.chart"),
        tuple(day.date for day in looked.days),
        (
            Series(say("overview.series.resets"), tuple(day.resets for day in looked.days), "good"),
            Series(say("overview.series.failures"), tuple(day.failures for day in looked.days), "bad"),
        ),
    )


ROUTES = (
    Route("GET", "/", show, ANY_ROLE),
    Route("POST", "/overview/count", count_again, one_of(Permission.READ_REPORTS)),
)
PLACES = (Place("/", say("overview.title"), Heading.TOP, 1, ANY_ROLE, (say("attention.title"),)),)

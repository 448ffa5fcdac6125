"""`keyback policy`: what the organisation decides, as one YAML document, with its effect counted before it counts."""

import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keyback.cli._answers import REFUSED, AsJson, Config, answer, answering
from keyback.cli._policy_brake import EXAMPLES as BRAKE_EXAMPLES
from keyback.cli._policy_brake import brake
from keyback.cli._policy_entra import EXAMPLES as ENTRA_EXAMPLES
from keyback.cli._policy_entra import DryRun, EntraFile, GroupsFile, Out, converted, read, write_new
from keyback.cli._policy_entra import document as as_document
from keyback.cli._policy_limits import limits
from keyback.cli._policy_words import history_lines, judgement_lines, plan_lines, said, warned

if TYPE_CHECKING:
    from keyback.app.house import House
    from keyback.app.policy.diff import Plan

EXAMPLES = """Examples:

  keyback policy show > policy.yaml

  keyback policy show --entra > policy.yaml

  keyback policy check policy.yaml

  keyback policy diff policy.yaml

  keyback policy apply policy.yaml --why "pilot in Berlin"

  keyback policy apply policy.yaml --accept-warnings one_gate,notices_off

  keyback policy undo

  keyback policy limits

Exit codes: 0 done; 1 refused, nothing changed; 2 wrong usage; 3 something needed cannot be reached.
"""

app = typer.Typer(
    add_completion=False, no_args_is_help=True, epilog=EXAMPLES,
    help="Who may reset, how, and everything else that the organisation decides.",
)  # fmt: skip

app.command(epilog=EXAMPLES)(limits)
app.command(epilog=BRAKE_EXAMPLES)(brake)

File = Annotated[
    Path,
    typer.Argument(
        help="A YAML file, or - for standard input. It is the whole policy: what it leaves out gets its default."
    ),
]
Why = Annotated[str, typer.Option("--why", help="The reason; stands in the history and in the audit log.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before saving.")]
Accept = Annotated[
    list[str] | None,
    typer.Option("--accept-warnings", help="Names of the warnings that you accept, with commas. May be repeated."),
]


@app.command(epilog=EXAMPLES)
def show(
    version: Annotated[
        int | None, typer.Option("--version", min=1, help="An earlier version. Default: in force.")
    ] = None,
    entra: Annotated[
        bool, typer.Option("--entra", help="With Entra's numbers for passwords, codes and limits.")
    ] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Show the policy as YAML: complete, every default in it, a comment on every field."""
    from keyback.app.policy import show as verb
    from keyback.app.policy.document import plain
    from keyback.core.policy import with_entra_numbers

    with answering(config, as_json) as work:
        document = verb.show(work.house, version)
    if entra:
        document = replace(document, policy=with_entra_numbers(document.policy))
    facts = {"version": document.version, "actor": document.actor, "at": document.at, "why": document.why}
    answer(as_json, {**facts, "policy": plain(document.policy)}, verb.as_yaml(document).rstrip("\n"))


@app.command(epilog=EXAMPLES)
def check(file: File, config: Config = None, as_json: AsJson = False) -> None:
    """Tell everything that is wrong with a file, and what would have to be accepted. Changes nothing."""
    from keyback.app.policy.check import check as verb

    content = _content(file)
    with answering(config, as_json) as work:
        checked = verb(work.house, content)
    data = {
        "valid": not checked.mistakes,
        "mistakes": [said(one) for one in checked.mistakes],
        "warnings": [warned(one) for one in checked.warnings],
    }
    answer(as_json, data, *judgement_lines(checked.mistakes, checked.warnings))
    if checked.mistakes:
        raise typer.Exit(REFUSED)


@app.command(epilog=EXAMPLES)
def diff(file: File, config: Config = None, as_json: AsJson = False) -> None:
    """Show what a file would change: field by field, for how many people, and for which administrators."""
    from keyback.app.policy.diff import diff as verb

    content = _content(file)
    with answering(config, as_json) as work:
        plan = verb(work.house, content)
    answer(as_json, _data(plan), *plan_lines(plan))
    if plan.mistakes:
        raise typer.Exit(REFUSED)


@app.command(epilog=EXAMPLES)
def apply(
    file: File, accept_warnings: Accept = None, why: Why = "", yes: Yes = False, config: Config = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Put a file in force, after showing what that changes. Refused if it has mistakes or warnings not accepted."""
    from keyback.app.policy.apply import Order
    from keyback.app.policy.diff import diff as verb

    content = _content(file)
    with answering(config, as_json) as work:
        plan = verb(work.house, content)
        _carry_out(work.house, plan, Order(work.actor, why, _names(accept_warnings)), _Manner(as_json, yes))


@app.command("import-entra", epilog=ENTRA_EXAMPLES)
def import_entra(
    file: EntraFile, groups: GroupsFile = None, dry_run: DryRun = False, out: Out = None, accept_warnings: Accept = None,
    why: Why = "", yes: Yes = False, config: Config = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Convert Entra's authentication methods policy, list what was left out, and put the rest in force."""
    from keyback.app.policy.apply import Order
    from keyback.app.policy.diff import diff as verb

    content, names = read(file), read(groups) if groups else b""
    with answering(config, as_json) as work:
        done = converted(work.house, content, names, as_json)
        left = {"left": [said(one) for one in done.left]}
        text = as_document(done)
        if out is not None:
            write_new(out, text, as_json, lambda: left)
            return
        plan = verb(work.house, text.encode())
        if dry_run:
            answer(as_json, {**_data(plan), **left}, *plan_lines(plan), "Nothing was changed.")
            return
        order = Order(work.actor, why or "import from Entra", _names(accept_warnings))
        _carry_out(work.house, plan, order, _Manner(as_json, yes), left)


@app.command(epilog=EXAMPLES)
def undo(why: Why = "", yes: Yes = False, config: Config = None, as_json: AsJson = False) -> None:
    """Take back the last change: a new version that equals the one before, after showing what that changes."""
    from keyback.app.policy.apply import Order
    from keyback.app.policy.undo import undo as verb

    with answering(config, as_json) as work:
        plan = verb(work.house)
        _carry_out(work.house, plan, Order(work.actor, why or f"undo of version {plan.base}"), _Manner(as_json, yes))


@app.command(epilog=EXAMPLES)
def history(
    most: Annotated[int, typer.Option("--most", min=1, max=1000, help="How many, newest first.")] = 20,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """List the versions, newest first: when, by whom, why, and what each changed."""
    from keyback.app.policy.history import history as verb

    with answering(config, as_json) as work:
        versions = verb(work.house, most)
    data = [
        {
            "version": one.document.version, "at": one.document.at, "actor": one.document.actor,
            "why": one.document.why, "changes": [asdict(change) for change in one.changes],
        }
        for one in versions
    ]  # fmt: skip
    answer(as_json, {"versions": data}, *history_lines(versions, _time))


class _Manner:
    """How to speak: as data or words, asking or not."""

    def __init__(self, as_json: bool, yes: bool) -> None:
        self.as_json = as_json
        self.asks = not as_json and not yes and sys.stdin.isatty()


def _names(accepted: list[str] | None) -> frozenset[str]:
    return frozenset(name.strip() for names in accepted or () for name in names.split(",") if name.strip())


def _carry_out(
    house: "House", plan: "Plan", order: Any, manner: _Manner, more: Mapping[str, Any] = MappingProxyType({})
) -> None:
    """Show the plan, then apply it."""
    from keyback.app.policy.apply import apply as verb
    from keyback.app.policy.apply import refuse_unaccepted

    if not manner.as_json:
        answer(False, {}, *plan_lines(plan))
    if manner.asks and plan.changes and not plan.mistakes:
        refuse_unaccepted(plan, order.accepted)
        typer.confirm("Put it in force?", abort=True)
    version = verb(house, plan, order)
    changed = version != plan.base
    done = f"Version {version} is in force." if changed else f"Nothing to change: version {version} stays in force."
    answer(manner.as_json, {**_data(plan), **more, "version": version, "changed": changed}, done)


def _content(file: Path) -> bytes:
    """The file, or a little more than may be read of it."""
    from keyback.app.policy.strict_yaml import MOST_BYTES

    if str(file) == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error.strerror}.") from error


def _data(plan: "Plan") -> dict[str, Any]:
    effect = plan.effect
    counted = None
    if effect is not None:
        counted = asdict(effect) | {
            "administrators_gain": [asdict(one) for one in effect.administrators_gain],
            "administrators_lose": [asdict(one) for one in effect.administrators_lose],
            "administrators_must_register": [asdict(one) for one in effect.administrators_must_register],
        }
    return {
        "base": plan.base,
        "mistakes": [said(one) for one in plan.mistakes],
        "warnings": [warned(one) for one in plan.warnings],
        "changes": [asdict(one) for one in plan.changes],
        "effect": counted,
    }


def _time(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M} UTC"

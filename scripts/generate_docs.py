"""Write `docs/reference/` from the code, so that it cannot go stale. `make docs` runs it; a test compares.

Nothing is imported: the pages are read from the syntax trees, docstrings below a field included.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "keyback"
REFERENCE = ROOT / "docs" / "reference"

PREFIXES = "ACC ADM AUD BKP CAC COD CRY DOS ENU GAT IDN INJ KBA NOT OID OPS PKY PRV PSH PWD RAC REG RLY SES SND SUP THR TOT WEB"
KINDS = {
    "bool": "`true`, `false`",
    "int": "number",
    "str": "text",
    "tuple[str, ...]": "list of texts",
    "float": "number",
    "Mapping[str, str]": "texts by name",
}
CITATION = re.compile(r" \((?:decisions|source document)[^)]*\)|Source document, step \d: ")
"""Where the code says what it follows; of no use to who runs Keyback."""
CHOSEN = re.compile(r"\b(decisions|entra-sspr) (\d+(?:\.\d+)?(?:(?:, | and )\d+(?:\.\d+)?)*)", re.IGNORECASE)
"""A decision of Keyback's, or a section on Entra's own behaviour; several at once too."""
REQUIREMENT = re.compile(rf"\b(?:(?:{'|'.join(PREFIXES.split())})-\d+|F\d\d)\b")


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a class, or one member of an enum."""

    name: str
    kind: str
    default: str
    about: str


@dataclass(frozen=True, slots=True)
class Section:
    """One class."""

    name: str
    about: str
    entries: tuple[Entry, ...]


def pages() -> Mapping[str, str]:
    """Every generated page by file name."""
    made = {
        "audit-events.md": audit_events(),
        "limits.md": limits(),
        "crypto.md": crypto(),
        "policy.md": policy(),
        "requirements.md": requirements(),
        "retention.md": retention(),
    }
    if (PACKAGE / "settings.py").exists():
        made["settings.md"] = settings()
    return made


def audit_events() -> str:
    """The closed list of `core/events.py`."""
    activities, steps = (section(node) for node in classes("core/events.py") if node.name in {"Activity", "Step"})
    return page(
        "Audit events",
        "Everything the audit log can say. Names are permanent: searches and alerts may depend on them.",
        [
            "## Activities",
            *table(("name", "in code"), ((e.default, f"`{e.name}`") for e in activities.entries)),
            "## Steps of an attempt",
            f"Reasons of the activity *{activities.entries[0].default}*.",
            *table(("reason", "in code"), ((e.default, f"`{e.name}`") for e in steps.entries)),
        ],
    )


def policy() -> str:
    """The policy document, section by section, from `core/policy.py`."""
    nodes = {node.name: node for name in ("core/types.py", "core/policy.py") for node in classes(name)}
    comments = policy_comments()
    parts: list[str] = []
    for entry in section(nodes["Policy"]).entries:
        parts.append(f"## {entry.name}")
        kinds = [kind for kind in re.findall(r"\w+", entry.kind) if kind in nodes]
        for node in with_inner(kinds, nodes):
            found = section(node)
            entries = (replace(e, about=comments.get(f"{entry.name}.{e.name}", e.about)) for e in found.entries)
            parts += described(replace(found, entries=tuple(entries)), values(nodes, node))
    intro = "Every field has a default, so an empty document is the safe policy."
    return page("Policy", intro, parts)


def limits() -> str:
    """The table of `core/rules/limits.py`: how much of what, in which time, and who has a budget of their own."""
    defaults = {
        e.name: e.default for node in classes("core/policy.py") if node.name == "Limits" for e in section(node).entries
    }
    rows = []
    for node in ast.walk(parse("core/rules/limits.py")):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Limit":
            name, counts, budget, window = node.args[:4]
            more = {one.arg: one.value for one in node.keywords}
            setting = budget.value if isinstance(budget, ast.Constant) and isinstance(budget.value, str) else ""
            notes = [f"then closed for {lasting(more['pause'])}"] if "pause" in more else []
            notes += ["known clients and all others have this much each"] if "apart" in more else []
            notes += ["trusted networks have ten times as much"] if "tenfold" in more else []
            amount, chosen = defaults.get(setting, ast.unparse(budget)), f"`limits.{setting}`" if setting else ""
            rows.append(
                (
                    f"`{ast.literal_eval(name)}`",
                    amount,
                    ast.literal_eval(counts),
                    lasting(window),
                    chosen,
                    "; ".join(notes),
                )
            )
    intro = (
        "Every limit there is. Each is charged before the deed it limits. `keyback policy limits` shows the numbers in "
        "force; where a setting is named, the policy can change it. `keyback people clear-pause` forgets what one "
        "account has used up."
    )  # fmt: skip
    return page("Limits", intro, table(("limit", "at most", "of what", "within", "setting", "also"), rows))


def policy_comments() -> Mapping[str, str]:
    """What `keyback policy show` writes beside each field, by path."""
    for node in parse("app/policy/writing.py").body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "COMMENTS" and node.value is not None:
            found: Mapping[str, str] = ast.literal_eval(node.value)
            return found
    return {}


def settings() -> str:
    """Every setting of `settings.py`."""
    parts: list[str] = []
    for node in classes("settings.py"):
        found = section(node)
        if found.entries and is_dataclass(node):
            parts += described(found, {})
    intro = " ".join((ast.get_docstring(parse("settings.py")) or "").split("\n"))
    return page("Settings", intro.replace("  ", "\n\n"), parts)


def crypto() -> str:
    """What is sealed, hashed and signed with what, from `store/keys.py` and `core/crypto.py` (CRY-8)."""
    signing = ast.literal_eval(assigned("store/seal.py", "SIGNING"))
    columns, used = records("store/keys.py", "SEALED"), records("core/crypto.py", "USES")
    hashed = next(node for node in ast.walk(assigned("store/keys.py", "HASHED")) if isinstance(node, ast.Dict))
    purposes = (
        (signing if isinstance(key, ast.Name) else str(ast.literal_eval(key)), str(ast.literal_eval(about)))
        for key, about in zip(hashed.keys, hashed.values, strict=True)
        if key is not None
    )
    return page(
        "Cryptography",
        "What is encrypted, hashed and signed with what, and how each value says which version it is of.",
        [
            *table(
                ("purpose", "algorithm", "version", "file"), ([*one[:3], f"`src/keyback/{one[3]}`"] for one in used)
            ),
            "## Sealed columns",
            "AES-256-GCM, under the master key's version in use; `keyback keys rotate` seals them again.",
            *table(("column", "what it holds"), ((f"`{one[0]}.{one[1]}`", one[4]) for one in columns)),
            "## Keyed hashes",
            "HMAC-SHA-256, each purpose with a key of its own, which lies sealed in `key_root`.",
            *table(("purpose", "for"), ((f"`{name}`", about) for name, about in purposes)),
        ],
    )


def records(file: str, name: str) -> list[list[str]]:
    """What the calls in a constant are given by position."""
    calls = (node for node in ast.walk(assigned(file, name)) if isinstance(node, ast.Call))
    return [[ast.literal_eval(part) for part in call.args] for call in calls]


def assigned(file: str, name: str) -> ast.expr:
    """What a constant of a file is set to."""
    for node in parse(file).body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if value is not None and any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return value
    raise LookupError(f"{file} has no {name}")


def requirements() -> str:
    """Which tests hold which requirement, by the ids that their text cites."""
    cited: dict[str, set[str]] = {}
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for id_ in citations(path.read_text()):
            cited.setdefault(id_, set()).add(str(path.relative_to(ROOT / "tests")))
    rows = ((id_, ", ".join(f"`{name}`" for name in sorted(cited[id_]))) for id_ in sorted(cited, key=numbered))
    intro = (
        "Which test files hold which security requirement, fault, decision or habit of Entra's, by the ids that their text cites. "
        "[What each id says](../promises.md)."
    )
    return page("Requirements and their tests", intro, table(("requirement", "tests"), rows))


def citations(text: str) -> Iterator[str]:
    """Every id that a text cites."""
    yield from REQUIREMENT.findall(text)
    for kind, numbers in CHOSEN.findall(text):
        yield from (f"{kind.lower()} {number}" for number in re.findall(r"\d+(?:\.\d+)?", numbers))


def retention() -> str:
    """The table of `app/retention.py`: what, how long, where to choose, why."""
    rows = []
    for node in ast.walk(parse("app/retention.py")):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Kept":
            _, _, what, span, why, *setting = node.args
            chosen = f"`{ast.literal_eval(setting[0])}`" if setting else ""
            rows.append((ast.literal_eval(what), lasting(span), chosen, ast.literal_eval(why)))
    intro = (
        "How long each kind of row is kept after its end. `keyback serve` removes what is older, once a minute and a "
        "few rows at a time. Numbers of days are settings where one is named."
    )
    return page("Retention", intro, table(("rows", "kept", "setting", "why"), rows))


def lasting(span: ast.expr) -> str:
    """`7 * DAY` as people say it."""
    if isinstance(span, ast.Name):
        return f"1 {span.id.lower()}"
    if not isinstance(span, ast.BinOp):
        return "see why"
    number, unit = ast.unparse(span.left), ast.unparse(span.right).lower()
    return "not at all" if number == "0" else f"{number} {unit}{'s' if number != '1' else ''}"


def numbered(id_: str) -> tuple[str, tuple[int, ...]]:
    """Sort `GAT-2` before `GAT-10`, and section 2.8 before 2.10."""
    letters = id_.rstrip("0123456789.")
    return letters, tuple(int(number) for number in id_[len(letters) :].split("."))


def page(title: str, intro: str, parts: Sequence[str]) -> str:
    """A page with its heading and the note where it comes from."""
    note = "<!-- Made by `make docs`; do not edit. -->"
    return "\n\n".join([f"# {title}", note, intro, *parts]) + "\n"


def described(found: Section, meanings: Mapping[str, str]) -> list[str]:
    """A class as a sentence and a table."""
    heads = ("field", "values", "default", "meaning")
    rows = (
        (f"`{e.name}`", meanings.get(e.name) or KINDS.get(e.kind, f"`{e.kind}`"), f"`{e.default}`", e.about)
        for e in found.entries
    )
    return [found.about, *table(heads, rows)]


def table(heads: Sequence[str], rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table as one part."""
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return ["\n".join(lines)]


def parse(name: str) -> ast.Module:
    """Syntax tree of a file of the package."""
    return ast.parse((PACKAGE / name).read_text())


def classes(name: str) -> Iterator[ast.ClassDef]:
    """Classes of a file, in its order."""
    return (node for node in parse(name).body if isinstance(node, ast.ClassDef))


def is_dataclass(node: ast.ClassDef) -> bool:
    """Whether the class is a plain record."""
    return any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list)


def with_inner(kinds: Sequence[str], nodes: Mapping[str, ast.ClassDef]) -> Iterator[ast.ClassDef]:
    """The named records, each followed by the records its fields hold."""
    for kind in kinds:
        if is_dataclass(nodes[kind]):
            yield nodes[kind]
            inner = [word for e in section(nodes[kind]).entries for word in re.findall(r"\w+", e.kind) if word in nodes]
            yield from with_inner(inner, nodes)


def values(nodes: Mapping[str, ast.ClassDef], node: ast.ClassDef) -> dict[str, str]:
    """What may stand in the fields whose type is an enum of the same file."""
    found = {}
    for entry in section(node).entries:
        if entry.kind in nodes and not is_dataclass(nodes[entry.kind]):
            found[entry.name] = ", ".join(f"`{member.default}`" for member in section(nodes[entry.kind]).entries)
    return found


def section(node: ast.ClassDef) -> Section:
    """Fields or members of a class, with the docstring below each."""
    entries = []
    for statement, following in zip(node.body, [*node.body[1:], None], strict=True):
        about = sentence(following)
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            entries.append(Entry(statement.target.id, ast.unparse(statement.annotation), shown(statement.value), about))
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            entries.append(Entry(statement.targets[0].id, "", shown(statement.value), about))
    return Section(node.name, uncited(ast.get_docstring(node) or ""), tuple(entries))


def sentence(statement: ast.stmt | None) -> str:
    """The docstring that a statement is, on one line."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return uncited(" ".join(str(statement.value.value).split()))
    return ""


def uncited(text: str) -> str:
    """The text without citations."""
    shorter = CITATION.sub("", text)
    return shorter[:1].upper() + shorter[1:]


def shown(value: ast.expr | None) -> str:
    """A default as an administrator would write it."""
    if value is None:
        return "required"
    if isinstance(value, ast.Constant):
        return str(value.value).lower() if isinstance(value.value, bool) else str(value.value) or "empty"
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "field":
        given = {keyword.arg: keyword.value for keyword in value.keywords}
        return shown(given["default"]) if "default" in given else "none"
    if isinstance(value, ast.Tuple) and value.elts:
        return ", ".join(shown(element) for element in value.elts)
    text = ast.unparse(value)
    if text in {"()", "{}", "frozenset()"} or "MappingProxyType({})" in text:
        return "none"
    return text.rsplit(".", maxsplit=1)[-1].lower() if re.fullmatch(r"[A-Z]\w+\.[A-Z_]+", text) else text


def main() -> None:
    """Write every page."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (REFERENCE / name).write_text(text)


if __name__ == "__main__":
    main()

"""Whoever reads an id in the code finds what it says in docs/promises.md, and nothing stands there for nobody."""

import re
from collections.abc import Iterator

from tests.conventions.source import ROOT, project_files

PROMISES = (ROOT / "docs" / "promises.md").read_text()
AREAS = (
    "ADM AUD BKP CAC COD CRY DOS ENU GAT IDN INJ KBA NOT OID OPS PKY PRV PSH PWD RAC REG RLY SES SND SUP THR TOT WEB"
)
RULE = re.compile(rf"\b(?:(?:{'|'.join(AREAS.split())})-\d+|[FI]\d\d?)\b")
RANGE = re.compile(r"\b([A-Z]{3}-|[FI])(\d+) to \1(\d+)\b")
DECISIONS = re.compile(r"\b[Dd]ecisions (\d+(?:(?:, | and )\d+)*)")
ENTRA = re.compile(r"\bentra-sspr (\d+(?:\.\d+)?(?:, \d+(?:\.\d+)?)*)")
CITING = ("src", "tests", "benchmarks", "scripts")
READ = frozenset({".py", ".js", ".css", ".html"})
LINE = re.compile(r"^- \*\*([^*]+)\*\* \S", re.MULTILINE)
NOT_HELD = (ROOT / "docs" / "not-held.md").read_text()
IN_PART, _, WAITING = NOT_HELD.partition("\n## Waiting")
FAMILIES = {
    "ENU": 11, "THR": 15, "SND": 10, "COD": 14, "TOT": 6, "REG": 10, "NOT": 6, "PWD": 12, "SES": 7, "CRY": 9, "AUD": 8,
    "DOS": 7, "RAC": 4, "ADM": 11, "WEB": 13, "PRV": 6,
}  # fmt: skip
"""Families of rules that are about what exists, and how many rules each has."""
FAULTS, INVARIANTS = 36, 12
DECIDED = (1, 2, 3, 4, 5, 8, 9, 10, 11, 14, 15, 16, 17, 18, 19, 20, 21, 22, 24, 25, 26, 27, 28, 31, 32, 33, 35, 36)


def cited(text: str) -> Iterator[str]:
    """Every id in a text; `CRY-1 to CRY-4` cites four, `decisions 3, 5 and 17` three."""
    for match in RULE.finditer(text):
        yield match[0]
    for prefix, first, last in RANGE.findall(text):
        width = len(first) if first.startswith("0") else 0
        yield from (f"{prefix}{number:0{width}}" for number in range(int(first), int(last) + 1))
    for numbers in DECISIONS.findall(text):
        yield from (f"decisions {number}" for number in re.findall(r"\d+", numbers))
    for sections in ENTRA.findall(text):
        yield from (f"entra-sspr {section}" for section in sections.split(", "))


def cited_in_the_code() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path in project_files():
        name = path.relative_to(ROOT)
        if name.parts[0] in CITING and path.suffix in READ and path.name != "test_promises.py":
            for id_ in cited(path.read_text()):
                found.setdefault(id_, set()).add(str(name))
    return found


def test_every_cited_id_is_explained() -> None:
    explained = set(LINE.findall(PROMISES))
    assert {id_: sorted(files) for id_, files in cited_in_the_code().items() if id_ not in explained} == {}


def test_every_explained_id_is_cited_and_stands_once() -> None:
    explained = LINE.findall(PROMISES)
    assert sorted(set(explained) - cited_in_the_code().keys()) == []
    assert sorted(id_ for id_ in set(explained) if explained.count(id_) > 1) == []


def test_what_is_held_in_part_was_promised() -> None:
    assert sorted(set(cited(IN_PART)) - set(LINE.findall(PROMISES))) == []


def test_every_rule_is_held_by_a_test_or_stands_with_what_it_waits_for() -> None:
    rules = {f"{family}-{number}" for family, last in FAMILIES.items() for number in range(1, last + 1)}
    rules |= {f"F{number:02}" for number in range(1, FAULTS + 1)} | {
        f"I{number}" for number in range(1, INVARIANTS + 1)
    }
    rules |= {f"decisions {number}" for number in DECIDED}
    tested = {id_ for id_, files in cited_in_the_code().items() if any(name.startswith("tests") for name in files)}
    assert sorted(rules - tested - set(cited(WAITING))) == []


def test_lists_and_ranges_of_ids_are_read_whole() -> None:
    text = (
        "CRY-1 to CRY-3, F01 to F02; I7, decisions 3, 5 and 17; Decisions 9; entra-sspr 1.1, 1.8; UTF-8, decision 0005"
    )
    assert set(cited(text)) == {
        "CRY-1", "CRY-2", "CRY-3", "F01", "F02", "I7", "decisions 3", "decisions 5", "decisions 17", "decisions 9",
        "entra-sspr 1.1", "entra-sspr 1.8",
    }  # fmt: skip

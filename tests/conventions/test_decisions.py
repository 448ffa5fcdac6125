"""Decision records and the map stay true."""

import re
from pathlib import Path

import pytest

from tests.conventions.source import ROOT, project_files

RECORDS = tuple(sorted((ROOT / "docs" / "decisions").glob("*.md")))
HEADINGS = ["Context", "Decision", "Consequences", "Rejected", "The check that holds it"]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
PAGES = tuple(path for path in project_files() if path.suffix == ".md")


def test_records_are_numbered_without_gaps() -> None:
    assert [int(path.name[:4]) for path in RECORDS] == list(range(1, len(RECORDS) + 1))


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_a_record_has_its_five_parts(record: Path) -> None:
    assert re.findall(r"^## (.+)$", record.read_text(), re.MULTILINE) == HEADINGS


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_link_of_a_page_is_dead(page: Path) -> None:
    assert [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()] == []


def test_every_file_on_the_map_exists() -> None:
    text = (ROOT / "docs" / "map.md").read_text()
    named = re.findall(r"`((?:src|tests|docs|scripts|deploy|benchmarks|requirements)/[\w./-]*)`", text)
    assert len(named) > 20
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_file_of_the_source_has_its_place_on_the_map() -> None:
    text = (ROOT / "docs" / "map.md").read_text()
    named = {str(path) for path in re.findall(r"`(src/keyback/[\w./-]+)`", text)}
    folders = tuple(path for path in named if path.endswith("/"))
    files = (
        str(path.relative_to(ROOT)) for path in project_files() if path.suffix == ".py" and path.name != "__init__.py"
    )
    ours = [path for path in files if path.startswith("src/keyback/")]
    assert len(ours) > 100
    assert [path for path in ours if path not in named and not path.startswith(folders)] == []


def test_only_the_map_names_files_of_the_source() -> None:
    guides = (path for path in PAGES if ROOT / "docs" / "guides" in path.parents)
    assert [path.name for path in guides if re.search(r"\bsrc/keyback/", path.read_text())] == []

"""What stands in the repository: no path of a machine, no package host, nothing unpinned."""

import re
from pathlib import Path

import pytest

from tests.conventions.source import ROOT, project_files

HOMES = ("work", "root", "home", "Users")
HOSTS = ("pypi.org", "pythonhosted.org", "deb.debian.org", "npmjs.org", "npmjs.com", "proxy.golang.org")
MACHINE_PATH = re.compile(r"(?<![\w./-])/(" + "|".join(HOMES) + r")/\w")
TEXT = {".py", ".md", ".toml", ".txt", ".in", ".html", ".css", ".js", ".po", ".sh", ".service", ".conf", ".json", ""}
TEXT_FILES = tuple(path for path in project_files() if path.suffix in TEXT and path != Path(__file__))
REQUIREMENTS = tuple(sorted((ROOT / "requirements").glob("*.txt")))


def found(pattern: re.Pattern[str], paths: tuple[Path, ...]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in paths
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_folder_of_one_machine() -> None:
    assert found(MACHINE_PATH, TEXT_FILES) == []


def test_no_file_names_a_package_host() -> None:
    assert found(re.compile("|".join(map(re.escape, HOSTS))), TEXT_FILES) == []


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_every_requirement_is_pinned_by_version_and_hash(path: Path) -> None:
    text = path.read_text()
    assert "://" not in text
    pins = re.findall(r"^(?!\s|#)(.+?(?:\\\n.+?)*)$", text, re.MULTILINE)
    assert len(pins) > 10
    assert [pin.split()[0] for pin in pins if not re.match(r"[\w.-]+==[\w.]+ ", pin)] == []
    assert [pin.split()[0] for pin in pins if "--hash=sha256:" not in pin] == []


def test_the_readme_names_the_two_commands_and_ci_runs_the_second() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "make run" in readme
    assert "make test" in readme
    assert "make test" in (ROOT / ".ci" / "run").read_text()


def test_what_a_bare_debian_lacks_stands_in_the_first_line_of_the_readme() -> None:
    first = (ROOT / "README.md").read_text().splitlines()[0]
    assert [package for package in ("git", "make", "python3-venv") if package not in first] == []

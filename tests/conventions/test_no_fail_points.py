"""What breaks and counts things lives in tests; the installed package does not know that there is such a thing."""

import re

from tests.conventions.source import PACKAGE

FORBIDDEN = re.compile(rb"fail.?point|fault.?(?:inject|point)|\bmutants?\b|work.?counter|chaos", re.IGNORECASE)
SOURCE_SUFFIXES = {".py", ".html", ".js", ".css"}


def test_no_file_of_the_package_names_fail_points_mutants_or_counters_of_work() -> None:
    """F01: every file is listed; nothing can be switched on in an install that was put there for tests."""
    files = [path for path in sorted(PACKAGE.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
    assert len(files) > 100
    named = [path.name for path in files if re.search(r"fault|mutant|fail_?point", path.name, re.IGNORECASE)]
    assert named == []
    sources = [path for path in files if path.suffix in SOURCE_SUFFIXES]
    assert [str(path) for path in sources if FORBIDDEN.search(path.read_bytes())] == []


def test_the_package_reads_nothing_from_tests() -> None:
    """F01: neither imported nor found by name."""
    sources = [
        path
        for path in PACKAGE.rglob("*.py")
        if re.search(rb"^\s*(?:from|import) tests\b", path.read_bytes(), re.MULTILINE)
    ]
    assert sources == []

"""Pages made from the code are those in the repository."""

import pytest

from scripts.generate_docs import REFERENCE, pages

PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_fresh(name: str) -> None:
    assert (REFERENCE / name).read_text() == PAGES[name], "run `make docs`"


def test_no_page_is_left_over() -> None:
    assert sorted(path.name for path in REFERENCE.iterdir()) == sorted(PAGES)

"""Pictures for the guides. Each is taken on the way of a test, and kept beside a record of what its page said and how it
was built, because pixels differ between machines: a page that says or shows something else makes the picture stale."""

import hashlib
import os
import re
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

from tests.browser.small_png import small

GUIDES: Final = Path(__file__).parents[2] / "docs" / "guides"
_STATIC: Final = Path(__file__).parents[2] / "src" / "keyback" / "web" / "static"
STYLE: Final = _STATIC / "keyback.css"
ADMIN_STYLE: Final = _STATIC / "admin" / "admin.css"
TAKES: Final = bool(os.environ.pop("KEYBACK_PICTURES", ""))
"""Whether pictures are taken anew (`make pictures`) instead of compared."""
LARGEST: Final = 100_000
"""Bytes of one picture."""

_VARIES: Final = (
    (re.compile(r"\b(?:[A-Z2-7]{4} ?){8,}"), "KEY"),
    (re.compile(r"\b\d(?:-[0-9A-Z]{4}){4}\b"), "CODE"),
    (re.compile(r"\b\d{1,2} \w+ \d{4}\b|\b\d{4}-\d\d-\d\d\b"), "DATE"),
    (re.compile(r"\b\d{1,2}:\d\d(?: (?:AM|PM))?(?: UTC)?"), "TIME"),
    (re.compile(r"\bDATE, TIME\b"), "TIME"),  # tomorrow's times carry their date, and before midnight much is tomorrow
    (re.compile(r"\(\d+ s\)"), "(SECONDS)"),
    (re.compile(r"\bletters [A-Z]{2}\b"), "letters LETTERS"),
    (re.compile(r"\b(?:127\.0\.0\.1|localhost):\d+"), "HOST"),
    (re.compile(r"/static/[\w.-]+"), "FILE"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "ID"),
    (re.compile(r"\b\d{3} \d{3}\b"), "NUMBER"),
    (re.compile(r"\bA[a-z2-9]{4}(?:-[a-z2-9]{4})+7\b"), "PASSWORD"),
    (re.compile(r"\bcapital A as in Anna, .+, 7\b"), "SPOKEN"),
)
"""What is another one each time: authenticator keys, recovery codes, times, countdowns, the two letters of a message, ids, case
numbers, temporary passwords."""


class Album:
    """The pictures of one guide, by name."""

    def __init__(self, guide: str, *styles: Path) -> None:
        """`styles`: in which its pages are drawn, if not only in the portal's."""
        self.guide = guide
        self._styles = styles or (STYLE,)
        self.words: list[str] = []
        """What all pages said."""
        self._folder = GUIDES / "pictures"

    def picture(self, tab: Page, name: str, *, whole: bool = True) -> None:
        """The page as it is now, or only what is in the window. Taken where pictures are taken; otherwise compared, and
        stale or missing is an error."""
        said = record(tab)
        self.words.append(tab.locator("body").inner_text())
        self.words += tab.locator("button, a").all_inner_texts()
        image, notes = self._folder / f"{self.guide}-{name}.png", self._folder / f"{self.guide}-{name}.txt"
        if TAKES:
            self._folder.mkdir(exist_ok=True)
            tab.evaluate("document.activeElement.blur()")
            image.write_bytes(small(tab.screenshot(full_page=whole, animations="disabled", caret="hide")))
            notes.write_text(self._seal(image) + said, "utf-8")
        assert image.exists(), f"{image.name} is missing: make pictures"
        assert image.stat().st_size <= LARGEST, f"{image.name} has {image.stat().st_size} bytes"
        assert notes.read_text("utf-8") == self._seal(image) + said, f"{image.name} is stale: make pictures"

    def _seal(self, image: Path) -> str:
        """Which picture the record belongs to, and in which style it was drawn."""
        drawn = b"".join(path.read_bytes() for path in self._styles)
        digests = (hashlib.sha256(content).hexdigest()[:16] for content in (image.read_bytes(), drawn))
        return "picture {} in style {}\n".format(*digests)

    def shown(self) -> set[str]:
        """Names of the pictures that the guide shows."""
        found = re.findall(rf"\]\(pictures/{self.guide}-([\w-]+)\.png\)", self.text())
        return {str(name) for name in found}

    def kept(self) -> set[str]:
        """Names of the pictures that are there."""
        return {path.stem.removeprefix(f"{self.guide}-") for path in self._folder.glob(f"{self.guide}-*.png")}

    def text(self) -> str:
        """The guide."""
        return (GUIDES / f"{self.guide}.md").read_text("utf-8")

    def labels(self) -> set[str]:
        """What the guide says stands on the pages: all that is bold in it."""
        return set(re.findall(r"\*\*(.+?)\*\*", self.text()))


def record(tab: Page) -> str:
    """What the page says and how it is built, without what is another one each time."""
    said = tab.locator("body").aria_snapshot()
    for pattern, word in _VARIES:
        said = pattern.sub(word, said)
    return said + "\n"

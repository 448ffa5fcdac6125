"""What a browser says that it is, in words that its owner knows: enough to tell one's own phone from somebody's computer.
Anybody may lie there, so nothing is decided by it."""

from typing import Final

BROWSERS: Final = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
"""In this order: most name those before them, too (MDN, "Browser detection using the user agent")."""
SYSTEMS: Final = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows"),
    ("Mac OS X", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def named(client: str) -> tuple[str, str]:
    """Browser and system; empty where it is none that we know."""
    return _first(BROWSERS, client), _first(SYSTEMS, client)


def _first(known: tuple[tuple[str, str], ...], client: str) -> str:
    return next((name for mark, name in known if mark in client), "")

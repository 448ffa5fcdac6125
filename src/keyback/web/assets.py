"""The few files a page needs besides itself: read once at start, named by their content, so that a browser may keep
them for ever and a new version is fetched at once."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

_FOLDER = Path(__file__).parent / "static"
_TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file, plain and gzipped."""

    body: bytes
    gzipped: bytes
    media_type: str
    etag: str


@cache
def load_static(more: str = "") -> Mapping[str, StaticFile]:
    """URL path (`/static/keyback.1a2b3c4d5e6f.css`) to file: what all pages share, and with `more` what is in that folder
    too (`admin`)."""
    files = {}
    folders = (_FOLDER, *([_FOLDER / more] if more else []))
    for path in sorted(one for folder in folders for one in folder.iterdir() if one.is_file()):
        body = path.read_bytes()
        digest = sha256(body).hexdigest()[:12]
        url = f"/static/{path.stem}.{digest}{path.suffix}"
        files[url] = StaticFile(body, gzip.compress(body, 9, mtime=0), _TYPES[path.suffix], f'"{digest}"')
    return MappingProxyType(files)

"""A logo somebody sent becomes a small PNG that Keyback wrote itself: no metadata, no script, nothing hidden behind the
picture (WEB-8)."""

import io
import warnings
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from keyback.core.errors import Invalid
from keyback.core.messages import say

MESSAGES = {
    "logo.too_large": "The file is larger than 1 MB. Send a smaller picture. Nothing was changed.",
    "logo.not_a_picture": "This is not a picture that Keyback can read. Allowed are PNG, JPEG, WebP and GIF; SVG is not,"
    " because it can hold programs. Nothing was changed.",
    "logo.too_many_pixels": "The picture has {width} × {height} pixels. At most {most} on each side are read. Nothing was"
    " changed.",
}

LARGEST: Final = 1 << 20
"""Bytes of the file."""
MOST_PIXELS: Final = 4_096
"""On each side; looked at before anything is decoded."""
FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF")
FITS: Final = (400, 96)
"""Width and height that it is made to fit, for screens with twice the pixels."""


def drawn_anew(body: bytes) -> bytes:
    """The picture as PNG. Raises `Invalid`."""
    if len(body) > LARGEST:
        raise Invalid(say("logo.too_large"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(body), formats=FORMATS) as found:
                return _small(found)
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Invalid(say("logo.not_a_picture")) from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, MemoryError) as error:
        raise Invalid(say("logo.not_a_picture")) from error  # what decoders say about broken files


def _small(found: Image.Image) -> bytes:
    width, height = found.size
    if max(width, height) > MOST_PIXELS or not min(width, height):
        raise Invalid(say("logo.too_many_pixels", width=width, height=height, most=MOST_PIXELS))
    found.seek(0)
    found.load()
    upright = ImageOps.exif_transpose(found)
    picture = upright.convert("RGBA")
    picture.thumbnail(FITS, Image.Resampling.LANCZOS)
    clean = Image.new("RGBA", picture.size)
    clean.paste(picture)
    out = io.BytesIO()
    clean.save(out, "PNG", optimize=True)
    return out.getvalue()

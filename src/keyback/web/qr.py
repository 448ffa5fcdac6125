"""An authenticator's secret as people take it over: an image to scan, and letters to type."""

import io


def grouped(key: str) -> str:
    """Four letters at a time, as people type it."""
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


def qr(uri: str) -> str:
    """SVG without styles or scripts, as the content security policy demands."""
    import segno  # slow to load, and few need it

    out = io.BytesIO()
    segno.make(uri, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=4, light="#fff", dark="#000",
        svgclass=None, lineclass=None, nl=False,
    )  # fmt: skip
    return out.getvalue().decode()

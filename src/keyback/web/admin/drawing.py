"""Lines over days as SVG, without a style of its own: classes say which line is which."""

from collections.abc import Sequence

from markupsafe import Markup

from keyback.web.admin.parts import Chart

WIDTH, HEIGHT, EDGE = 900, 170, 10


def most(chart: Chart) -> int:
    """The greatest value of any line: where the drawing ends."""
    return max((value for one in chart.series for value in one.values), default=0)


def lines(chart: Chart, label: str) -> Markup:
    """The drawing; the numbers stand in a table beside it."""
    top = most(chart) or 1
    drawn = [_line(one.values, top, one.tone) for one in chart.series]
    grid = "".join(f'<path class="grid" d="M0 {y}H{WIDTH}"/>' for y in (EDGE, HEIGHT // 2, HEIGHT - EDGE))
    return Markup(  # noqa: S704 - numbers and our own classes only; the label is escaped
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{{}}" preserveAspectRatio="none">{grid}{"".join(drawn)}</svg>'
    ).format(label)


def _line(values: Sequence[int], top: int, tone: str) -> str:
    if not values:
        return ""
    step = (WIDTH - 2 * EDGE) / max(1, len(values) - 1)
    points = " ".join(
        f"{EDGE + place * step:.0f},{HEIGHT - EDGE - value / top * (HEIGHT - 2 * EDGE):.0f}"
        for place, value in enumerate(values)
    )
    return f'<polyline class="drawn {tone or "plain"}" points="{points}"/>'

"""How long answers took, as a picture: bars of requests over milliseconds, with the percentiles and the limit."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIDE, HIGH = 760, 330
LEFT, RIGHT, TOP, BOTTOM = 48, 24, 76, 48
BINS = 60
FONT = "system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif"
INK, GREY, BLUE, RED = "#2b2f36", "#5f6670", "#1f6fb2", "#b8501c"
SHARES = (50, 95, 99)


def picture(ms: NDArray[np.float64], what: str, limit_ms: float) -> str:
    """Return an SVG of the distribution of `ms` on a logarithmic scale that holds `limit_ms`, too."""
    low, high = float(ms.min()) * 0.9, max(float(ms.max()), limit_ms) * 1.1
    edges = np.geomspace(low, high, BINS + 1)
    counts, _ = np.histogram(ms, edges)

    def x(value: float) -> float:
        return LEFT + (WIDE - LEFT - RIGHT) * float(np.log(value / low) / np.log(high / low))

    base = HIGH - BOTTOM
    tall = (base - TOP) / max(int(counts.max()), 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" role="img">',
        f"<title>Distribution of latency: {escape(what)}</title>",
        f'<rect x=".5" y=".5" width="{WIDE - 1}" height="{HIGH - 1}" rx="8" fill="#fdfdfb" stroke="#d9d9d2"/>',
        _words(16, 28, what, size=15, fill=INK),
        _words(16, 47, f"{len(ms):,} distinct 8-K texts of 600 to 900 words. Milliseconds, logarithmic.", fill=GREY),
    ]
    for place, count in enumerate(counts):
        left, right = x(float(edges[place])), x(float(edges[place + 1]))
        top = base - tall * int(count)
        size = f'width="{right - left - 1:.1f}" height="{base - top:.1f}"'
        parts.append(f'<rect x="{left:.1f}" y="{top:.1f}" {size} fill="{BLUE}"/>')
    parts += [_mark(x(tick), base, f"{tick:g}") for tick in _ticks(low, high)]
    for row, share in enumerate(SHARES):
        value = float(np.percentile(ms, share))
        parts += _line(x(value), 62 + 13 * row, f"p{share} {value:.0f} ms", INK)
    parts += _line(x(limit_ms), 62, f"limit {limit_ms:g} ms", RED)
    return "\n".join([*parts, "</svg>\n"])


def _ticks(low: float, high: float) -> list[float]:
    decades = [digit * 10.0**power for power in range(5) for digit in (1, 2, 5)]
    return [tick for tick in decades if low < tick < high]


def _mark(x: float, base: float, text: str) -> str:
    return _words(x, base + 18, text, fill=GREY, anchor="middle")


def _line(x: float, y: float, text: str, colour: str) -> list[str]:
    ends = f'x1="{x:.1f}" y1="{y + 3:.1f}" x2="{x:.1f}" y2="{HIGH - BOTTOM}"'
    return [
        f'<line {ends} stroke="{colour}" stroke-dasharray="3 3"/>',
        _words(x + 4, y, text, fill=colour, size=11),
    ]


def _words(x: float, y: float, text: str, *, size: float = 12, fill: str, anchor: str = "start") -> str:
    told = escape(text)
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" text-anchor="{anchor}" font-family="{FONT}">'
        f"{told}</text>"
    )

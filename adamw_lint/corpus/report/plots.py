"""Bars as SVG that stands in the page itself, with a title for each part that tells its number."""

from collections.abc import Sequence

from adamw_lint.corpus.report.sections import Bar
from adamw_lint.report.web.elements import Markup, element, joined

_WIDTH, _LABEL, _ROW, _THICK = 720, 170, 26, 18  # pixels
_NUMBER = 70  # pixels beside the longest bar


def bars(every: Sequence[Bar]) -> Markup:
    """Horizontal bars, one below the other, and what their shades mean where there is more than one."""
    names = list(dict.fromkeys(name for bar in every for name, number in bar.parts if number))
    longest = max((_total(bar) for bar in every), default=0) or 1
    drawn = [_bar(bar, names, index * _ROW, (_WIDTH - _LABEL - _NUMBER) / longest) for index, bar in enumerate(every)]
    height = len(every) * _ROW
    picture = element("svg", *drawn, viewBox=f"0 0 {_WIDTH} {height}", width=_WIDTH, height=height, role="img")
    return joined(_legend(names) if len(names) > 1 else "", picture)


def _total(bar: Bar) -> int:
    return sum(number for _, number in bar.parts)


def _bar(bar: Bar, names: Sequence[str], top: int, scale: float) -> Markup:
    middle = top + _THICK // 2 + 5
    parts, left = [], float(_LABEL)
    for name, number in bar.parts:
        if number:
            title = element("title", f"{bar.label}, {name}: {number:,}")
            shade, width = f"shade{names.index(name)}", number * scale
            parts.append(
                element("rect", title, class_=shade, x=f"{left:.1f}", y=top, width=f"{width:.1f}", height=_THICK)
            )
            left += width
    label = element("text", bar.label, x=_LABEL - 8, y=middle, text_anchor="end")
    return joined(label, *parts, element("text", f"{_total(bar):,}", x=f"{left + 6:.1f}", y=middle))


def _legend(names: Sequence[str]) -> Markup:
    marks = (element("span", element("i", "", class_=f"shade{index}"), f" {name}") for index, name in enumerate(names))
    return element("p", *marks, class_="legend")

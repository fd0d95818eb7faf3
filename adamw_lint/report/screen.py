"""What a terminal may be shown: styled lines, with every character neutralised that could steer it."""

import os
from collections.abc import Iterable
from typing import TextIO

from adamw_lint.diagnostics import Diagnostic
from adamw_lint.read.source import Source
from adamw_lint.rulebook import pages

TAB = "    "

Line = list[tuple[str, str]]  # pieces of text, each with a style in the words of rich

# Control characters become their pictures, and what has none (bidi overrides, surrogates, …) a replacement.
_UNPRINTABLE = [*range(0x7F, 0xA0), 0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A)]
_SAFE = (
    dict.fromkeys([*_UNPRINTABLE, *range(0xD800, 0xE000)], "\ufffd")
    | {code: chr(0x2400 + code) for code in range(0x20)}
    | {0x7F: "\u2421", ord("\t"): TAB}
)


def printable(text: str) -> str:
    """The text with tabs widened and control characters made visible."""
    return text.translate(_SAFE)


def head(source: Source, diagnostic: Diagnostic) -> Line:
    """`path:line:column CODE name  message`, the line that every format for people begins with."""
    place = source.place(diagnostic.span)
    return [
        (printable(place.path), "bold"),
        (f":{':'.join(map(str, place.steps))} ", "dim"),
        (pages()[diagnostic.rule].code, "bold red"),
        (f" {diagnostic.rule}  ", "bold"),
        (printable(diagnostic.message), ""),
    ]


def plain(line: Line) -> str:
    """A line without its styles."""
    return "".join(text for text, _ in line).rstrip()


def show(lines: Iterable[Line], stream: TextIO) -> None:
    """Write the lines, coloured by rich on a terminal (NO_COLOR is respected) and plain anywhere else."""
    if not (stream.isatty() or os.environ.get("FORCE_COLOR")):
        stream.writelines(plain(line) + "\n" for line in lines)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text.assemble(*line))

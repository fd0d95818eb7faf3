"""What a terminal may be shown: styled lines, with every character neutralised that could steer it."""

import os
import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, TextIO

from adamw_lint.pages import pages

if TYPE_CHECKING:
    from adamw_lint.diagnostics import Diagnostic
    from adamw_lint.read.place import Place
    from adamw_lint.read.source import Source

TAB = "    "
Line = list[tuple[str, str]]  # pieces of text, each with a style in the words of rich


def printable(text: str) -> str:
    """The text with tabs widened, control characters made visible, and no command to the logs of a CI service."""
    safe = text.translate(_safe())
    # what Azure and GitHub look for anywhere in a line
    return re.sub(r"##(?=vso\[|\[)", "#\uff03", safe) if "##" in safe else safe


@cache
def _safe() -> dict[int, str]:
    """Control characters become their pictures, and what has none (bidi overrides, surrogates, …) a replacement."""
    bidi = (0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A))
    unprintable = (*range(0x7F, 0xA0), *bidi, 0xFFFE, 0xFFFF, *range(0xD800, 0xE000))
    pictures = {code: chr(0x2400 + code) for code in range(0x20)}
    return {**dict.fromkeys(unprintable, "\ufffd"), **pictures, 0x7F: "\u2421", ord("\t"): TAB}


def printable_lines(text: str) -> str:
    """The same of every line of a text, for a format that has a way of its own to write a newline."""
    return "\n".join(map(printable, text.split("\n")))


def head(source: "Source", diagnostic: "Diagnostic") -> Line:
    """`path:line:column CODE name  message`, the line that every format for people begins with."""
    return [
        *where(source.place(diagnostic.span)),
        (pages()[diagnostic.rule].code, "bold red"),
        (f" {diagnostic.rule}  ", "bold"),
        (printable(diagnostic.message), ""),
    ]


def where(place: "Place") -> Line:
    """`path:line:column`, or what steps there are to it in a file of another kind."""
    return [(shown(place.path), "bold"), (f":{':'.join(map(str, place.steps))} ", "dim")]


def shown(path: str) -> str:
    """A path at the beginning of a line, where a colon would begin a command to a CI service."""
    return printable(f"./{path}" if path.startswith(":") else path)


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

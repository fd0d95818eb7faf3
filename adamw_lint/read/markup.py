"""Where the blocks of Python stand in Markdown and in reStructuredText, line by line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adamw_lint.diagnostics import Span
from adamw_lint.read.source import Source

_PYTHON = r"(?:python|ipython|py|pycon|pycon3|jupyter-python)3?\b(?![-+/.])"
_INFO = re.compile(rf"\{{?\.?{_PYTHON}|\{{(?:code|code-block|code-cell|sourcecode)\}}\s+{_PYTHON}", re.IGNORECASE)
_OPTION = re.compile(r":[\w-]+:")
_DIRECTIVE = re.compile(
    rf"\A(?P<indent>[ \t]*)\.\.[ \t]+"
    rf"(?:(?:code|code-block|sourcecode)::[ \t]+{_PYTHON}|(?:testcode|testsetup|doctest)::)",
    re.IGNORECASE,
)
_PROMPT = re.compile(r"\A[ \t]*(?P<sign>>>>|\.\.\.)(?: |$)")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of code, each without what stands before it; `lead` is what stands before a new line among them.

    An `is_example` of an interactive session is one statement behind its prompts.
    """

    lines: tuple[Span, ...]
    lead: str
    is_example: bool = False


def fences(file: Source) -> Iterator[Block]:
    """The fenced blocks of a Markdown file whose info string says Python."""
    from markdown_it import MarkdownIt

    for token in MarkdownIt("commonmark").parse(file.text):
        if token.type != "fence" or token.map is None or not _INFO.match(token.info.strip()):
            continue
        content = token.content.split("\n")[:-1]
        numbers = range(token.map[0] + 2, token.map[0] + 2 + len(content))
        if all(file.line(number).endswith(text) for number, text in zip(numbers, content, strict=True)):
            lines = [_end_of(file, number, len(text)) for number, text in zip(numbers, content, strict=True)]
            yield from _blocks(file, _without_options(file, lines) if token.info.startswith("{") else lines)


def directives(file: Source) -> Iterator[Block]:
    """The code blocks of a reStructuredText file that say Python, and its interactive sessions."""
    number = 1
    while number <= file.lines:
        line = file.line(number)
        directive = _DIRECTIVE.match(line)
        if directive:
            last = _last_below(file, number, len(directive["indent"]))
            yield from _blocks(file, _without_options(file, _dedented(file, range(number + 1, last + 1))))
        elif line.lstrip().startswith(">>> "):
            last = _last_of_paragraph(file, number)
            yield from _blocks(file, _dedented(file, range(number, last + 1)))
        else:
            last = number
        number = last + 1


def _last_of_paragraph(file: Source, number: int) -> int:
    empty = (each for each in range(number, file.lines + 1) if not file.line(each).strip())
    return next(empty, file.lines + 1) - 1


def _last_below(file: Source, number: int, indent: int) -> int:
    """The last line that belongs to a directive: it is indented more, or empty."""
    last = number
    for each in range(number + 1, file.lines + 1):
        line = file.line(each)
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            break
        last = each if line.strip() else last
    return last


def _dedented(file: Source, numbers: Sequence[int]) -> list[Span]:
    lines = [file.line(number) for number in numbers]
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [_end_of(file, number, max(len(line) - indent, 0)) for number, line in zip(numbers, lines, strict=True)]


def _end_of(file: Source, number: int, length: int) -> Span:
    end = file.start(number) + len(file.line(number))
    return Span(end - length, end)


def _without_options(file: Source, lines: list[Span]) -> list[Span]:
    """The lines behind the options of a directive, which are fields or stand between two rulers."""
    texts = [file.text[line.start : line.end].strip() for line in lines]
    if texts[:1] == ["---"] and "---" in texts[1:]:
        return lines[texts.index("---", 1) + 1 :]
    first = next((index for index, text in enumerate(texts) if not _OPTION.match(text)), len(lines))
    return lines[first:]


def _blocks(file: Source, lines: list[Span]) -> Iterator[Block]:
    texts = [file.text[line.start : line.end] for line in lines]
    first = next((index for index, text in enumerate(texts) if text.strip()), None)
    if first is None:
        return
    lead = file.text[file.start(file.position(lines[first].start)[0]) : lines[first].start]
    if texts[first].lstrip().startswith(">>>"):
        yield from _examples(lines, texts, lead)
    else:
        yield Block(tuple(lines), lead)


def _examples(lines: list[Span], texts: list[str], lead: str) -> Iterator[Block]:
    """The statements of a session, without what it answers."""
    example: list[Span] = []
    for line, text in zip(lines, texts, strict=True):
        prompt = _PROMPT.match(text)
        if example and (prompt is None or prompt["sign"] == ">>>"):
            yield Block(tuple(example), f"{lead}... ", is_example=True)
            example = []
        if prompt and (example or prompt["sign"] == ">>>"):
            example.append(line._replace(start=line.start + prompt.end()))
    if example:
        yield Block(tuple(example), f"{lead}... ", is_example=True)

"""The pages taken apart: every fenced block, and every example with the report and the fixed text after it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

from adamw_lint.engine import fix, lint
from adamw_lint.read.source import Source
from adamw_lint.report.full import report
from adamw_lint.report.screen import plain
from adamw_lint.rulebook import folder, pages
from adamw_lint.settings import Settings

MARK = re.compile(r"  # finding: ([\w-]+)$", re.MULTILINE)
ON = tuple(name for name, page in pages().items() if page.default)
PATHS = {name: folder() / f"{name}.md" for name in pages()}


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its info string, its text, and the lines of the page that the text stands on."""

    path: Path
    info: str
    text: str
    lines: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Example:
    """A `python` block and, where they follow it, the `text report` and `python fixed` blocks."""

    rule: str
    block: Block
    report: Block | None
    fixed: Block | None

    @property
    def code(self) -> str:
        """What is linted: the block without the marks."""
        return MARK.sub("", self.block.text)

    @property
    def expected(self) -> list[int]:
        """The lines that are marked, from 1."""
        return [number for number, line in enumerate(self.block.text.split("\n"), 1) if MARK.search(line)]

    def __str__(self) -> str:
        return f"{self.rule}:{self.block.lines[0]}"


def blocks(path: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    tokens = MarkdownIt().parse(path.read_text(encoding="utf-8"))
    fences = [token for token in tokens if token.type == "fence" and token.map]
    return [
        Block(path, token.info, token.content, (token.map[0] + 1, token.map[1] - 1)) for token in fences if token.map
    ]


def examples(rule: str, path: Path | None = None) -> Iterator[Example]:
    """The examples of a rule on its page, or in another file of the same form."""
    every = blocks(path or PATHS[rule])
    for index, block in enumerate(every):
        if block.info == "python":
            after = {other.info: other for other in _until_next(every[index + 1 :])}
            yield Example(rule, block, after.get("text report"), after.get("python fixed"))


def _until_next(following: list[Block]) -> Iterator[Block]:
    for block in following:
        if block.info in ("python", "python run"):
            return
        yield block


def only(*rules: str) -> Settings:
    """Settings that select just these rules."""
    return Settings(frozenset(rules), root=folder())


def reported(rule: str, code: str) -> str:
    """The report of one rule on a text, as a page shows it."""
    source = Source.of_text(code, "train.py")
    lines = report([(source, lint(source, only(rule)))])
    return "\n".join(map(plain, lines)).strip("\n") + "\n"


def rewritten(code: str, *rules: str) -> str:
    """The text after every fix of the rules, unsafe ones too; none may be dropped."""
    done = fix(Source.of_text(code, "train.py"), only(*rules), unsafe=True)
    assert not done.dropped, done.dropped
    return done.source.text


def refresh(rule: str, path: Path | None = None) -> None:
    """Write the reports and fixed texts of a page anew, the last first so that no line moves before its turn."""
    for example in reversed(list(examples(rule, path))):
        if example.fixed:
            _put(example.fixed, rewritten(example.code, rule))
        if example.report:
            _put(example.report, reported(rule, example.code))


def _put(block: Block, text: str) -> None:
    lines = block.path.read_text(encoding="utf-8").split("\n")
    lines[block.lines[0] : block.lines[1]] = text.rstrip("\n").split("\n")
    block.path.write_text("\n".join(lines), encoding="utf-8")

"""The pages taken apart: every fenced block, and every example with the report and the fixed text after it."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

from adamw_lint.diagnostics import Diagnostic
from adamw_lint.engine import fix, lint
from adamw_lint.pages import folder, pages
from adamw_lint.read.settings_file import LANGUAGES
from adamw_lint.read.source import PYTHON, Source
from adamw_lint.report.full import report
from adamw_lint.report.screen import plain
from adamw_lint.settings import Settings

MARK = re.compile(r"  # finding: ([\w-]+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its info string, its text, and the lines of the page that the text stands on."""

    path: Path
    info: str
    text: str
    lines: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Example:
    """A block of code and, where they follow it, the `text report` and `… fixed` blocks.

    A `python` block is train.py. A block of settings has the name of its file behind its language (`yaml train.yaml`),
    and the files of the program, `python NAME`, stand before it.
    """

    rule: str
    block: Block
    report: Block | None
    fixed: Block | None
    name: str = "train.py"
    program: tuple[Block, ...] = ()

    @property
    def code(self) -> str:
        """What is linted: the block without the marks."""
        return MARK.sub("", self.block.text)

    @property
    def expected(self) -> list[int]:
        """The lines that are marked, from 1."""
        return [number for number, line in enumerate(self.block.text.split("\n"), 1) if MARK.search(line)]

    @property
    def is_python(self) -> bool:
        """Whether it is a program by itself, which can be run."""
        return self.name.endswith(".py")

    @property
    def files(self) -> dict[str, str]:
        """The files of the program that reads the settings."""
        return {block.info.split()[1]: block.text for block in self.program}

    def found(self, *rules: str) -> tuple[Source, list[Diagnostic]]:
        """What the rules find in it, beside the files of its program."""
        source = source_of(self.code, self.name)
        with project(self.files):
            return source, lint(source, only(*rules))

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
    every = blocks(path or pages()[rule].path)
    program: dict[str, Block] = {}
    for index, block in enumerate(every):
        language, _, name = block.info.partition(" ")
        if language == "python" and name.endswith(".py"):
            program[name] = block
        elif block.info == "python" or Path(name).suffix in LANGUAGES:
            after = {other.info: other for other in _until_next(every[index + 1 :])}
            beside = () if block.info == "python" else tuple(program.values())
            fixed = after.get(f"{language} fixed")
            yield Example(rule, block, after.get("text report"), fixed, name or "train.py", beside)


def _until_next(following: list[Block]) -> Iterator[Block]:
    for block in following:
        if block.info in ("python", "python run") or "." in block.info:
            return
        yield block


def source_of(code: str, name: str = "train.py") -> Source:
    """The source that a file of that name is."""
    return Source.of_text(code, name, LANGUAGES.get(Path(name).suffix, PYTHON))


@contextmanager
def project(files: dict[str, str]) -> Iterator[None]:
    """Inside, the working folder is a project of these files, where there are any."""
    if not files:
        yield
        return
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / name).write_text(text, encoding="utf-8")
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def only(*rules: str) -> Settings:
    """Settings that select just these rules."""
    return Settings(frozenset(rules), root=str(folder()))


def reported(example: Example) -> str:
    """The report of its rule on an example, as a page shows it."""
    lines = report([example.found(example.rule)])
    return "\n".join(map(plain, lines)).strip("\n") + "\n"


def rewritten(code: str, *rules: str, name: str = "train.py", files: dict[str, str] | None = None) -> str:
    """The text after every fix of the rules, unsafe ones too; none may be dropped."""
    with project(files or {}):
        done = fix(source_of(code, name), only(*rules), unsafe=True)
    if done.dropped:
        raise AssertionError("; ".join(map(str, done.dropped)))
    return done.source.text


def refresh(rule: str, path: Path | None = None) -> None:
    """Write the reports and fixed texts of a page anew, the last first so that no line moves before its turn."""
    for example in reversed(list(examples(rule, path))):
        if example.fixed:
            _put(example.fixed, rewritten(example.code, rule, name=example.name, files=example.files))
        if example.report:
            _put(example.report, reported(example))


def _put(block: Block, text: str) -> None:
    lines = block.path.read_text(encoding="utf-8").split("\n")
    lines[block.lines[0] : block.lines[1]] = text.rstrip("\n").split("\n")
    block.path.write_text("\n".join(lines), encoding="utf-8")

"""What a page claims, one claim at a time: each is a function that raises AssertionError where the page is wrong."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import unified_diff
from functools import partial

from adamw_lint.engine import lint
from adamw_lint.pages import Page, pages
from adamw_lint.testing.pages import Example, blocks, examples, only, project, refresh, reported, rewritten, source_of

SECTIONS = ("What it finds", "Why it matters", "Example", "What is left alone", "Fix safety", "Proof")
LONGEST = 200  # lines of a page


@dataclass(frozen=True, slots=True)
class Case:
    """One claim of one page; `str` tells which, and `check` raises AssertionError where it is not so."""

    name: str
    check: Callable[[], None]

    def __str__(self) -> str:
        return self.name


def cases(package: str) -> list[Case]:
    """Every claim of the pages of an installed plug-in, which is known by the name of its package.

    Each line that a page marks has a finding and no other has one, each report and each fixed text is the one on the
    page, after the fix nothing is left, each proof runs, and a page has its sections. With UPDATE_PAGES=1 in the
    environment reports and fixed texts are written anew first. Raises LookupError where there is no such plug-in, and
    PluginError where it is damaged.
    """
    found = [page for page in pages().values() if page.plugin is not None and page.plugin.package == package]
    if not found:
        raise LookupError(f"no plug-in whose package is `{package}` is installed here; `pip install -e .` installs it")
    if os.environ.get("UPDATE_PAGES"):
        if os.environ.get("PYTEST_XDIST_WORKER"):
            raise RuntimeError("pages are rewritten by one process: run pytest without -n")
        for page in found:
            refresh(page.name)
    return [case for page in found for case in _cases(page)]


def _cases(page: Page) -> Iterator[Case]:
    yield Case(f"{page.name}: form", partial(has_form, page, SECTIONS[:-1]))
    for example in examples(page.name):
        claims = [("findings", finds_what_is_marked), ("report", reports), ("fixed", fixes), ("nothing left", ends)]
        yield from (Case(f"{example}: {name}", partial(claim, example)) for name, claim in claims)
    for block in blocks(page.path):
        if block.info == "python run":
            yield Case(f"{page.name}:{block.lines[0]}: proof", partial(proves, block.text, str(page.path)))


def has_form(page: Page, sections: tuple[str, ...] = SECTIONS) -> None:
    """A page has its sections in their order, its name, an example with a report, and is short."""
    text = page.path.read_text(encoding="utf-8")
    found = re.findall(r"^## (.+)$", text, re.MULTILINE)
    written = [each for each in found if each in sections or each not in SECTIONS]
    if written != list(sections):
        raise AssertionError(f"its sections are {written}, and should be {list(sections)}")
    if f"\n# {page.name}\n" not in text:
        raise AssertionError(f"it has no title `# {page.name}`")
    if text.count("\n") > LONGEST:
        raise AssertionError(f"it has more than {LONGEST} lines")
    if not any(example.report for example in examples(page.name)):
        raise AssertionError("no example has a `text report`")


def finds_what_is_marked(example: Example) -> None:
    """An example gives a finding on each marked line and on no other."""
    source, found = example.found(example.rule)
    lines = [source.position(each.span.start)[0] for each in found]
    if lines != example.expected:
        raise AssertionError(f"the findings are on the lines {lines} of the example, and marked are {example.expected}")


def reports(example: Example) -> None:
    """The report is the one on the page."""
    if example.report is not None:
        _same(reported(example), example.report.text)


def fixes(example: Example) -> None:
    """The text after the fix is the one on the page; without one the fix changes nothing."""
    text = rewritten(example.code, example.rule, name=example.name, files=example.files)
    _same(text, example.fixed.text if example.fixed else example.code)


def ends(example: Example) -> None:
    """All fixes together leave no finding with a fix, nor any of another rule, and a second run changes nothing."""
    if example.fixed is None:
        return
    rules = {*(name for name, page in pages().items() if page.default), example.rule}
    text = rewritten(example.code, *rules, name=example.name, files=example.files)
    with project(example.files):
        found = lint(source_of(text, example.name), only(*rules))
    left = [each.rule for each in found if each.fix or each.rule != example.rule]
    if left:
        raise AssertionError(f"after all fixes there are findings of {', '.join(left)}")
    _same(rewritten(text, *rules, name=example.name, files=example.files), text)


def proves(text: str, path: str) -> None:
    """A proof holds something to be true, and it is."""
    if "assert " not in text:
        raise AssertionError("a proof without an `assert` proves nothing")
    exec(compile(text, path, "exec"), {"__name__": "proof"})


def _same(now: str, told: str) -> None:
    if now != told:
        rows = unified_diff(told.splitlines(), now.splitlines(), "on the page", "now", lineterm="")
        raise AssertionError("\n".join(["the page says something else", *rows]))

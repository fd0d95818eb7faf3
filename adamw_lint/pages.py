"""The pages of the rules: what each is called, whether it is on, and what it says."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from adamw_lint.kept import kept, rules_folder


class Page(NamedTuple):
    """One rule as its page states it; some are about the comments that silence others."""

    name: str
    code: str
    summary: str
    default: bool
    about_comments: bool

    @property
    def text(self) -> str:
        """The page below its front matter, in Markdown."""
        return _parts(folder() / f"{self.name}.md")[1]


@cache
def folder() -> Path:
    """The folder of pages and facts: inside the wheel, or beside the package in a checkout."""
    return Path(rules_folder())


@cache
def pages() -> dict[str, Page]:
    """Every page by the name of its rule, in the order of the codes."""
    return {row[0]: Page(*row) for row in page_heads()}


@kept
def page_heads() -> list[tuple[str, str, str, bool, bool]]:
    """What the front matter of every page states."""
    import tomllib

    fronts = {path.stem: tomllib.loads(_parts(path)[0]) for path in folder().glob("*.md") if path.stem != "README"}
    rows = [
        (name, front["code"], front["summary"], front["default"] == "on", "about" in front)
        for name, front in fronts.items()
    ]
    return sorted(rows, key=lambda row: row[1])


def _parts(path: Path) -> tuple[str, str]:
    """The front matter of a page, and what stands below it."""
    _, head, text = path.read_text(encoding="utf-8").split("+++\n", 2)
    return head, text.lstrip("\n")

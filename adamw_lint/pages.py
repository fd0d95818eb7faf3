"""The pages of the rules: what each is called, whether it is on, and what it says."""

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from adamw_lint.kept import edition, kept, rules_folder
from adamw_lint.plugged.installed import RULES, Plugin, plugins

if TYPE_CHECKING:  # takes longer to import than most runs need for their files
    from pathlib import Path


class Page(NamedTuple):
    """One rule as its page states it; some are about the comments that silence others, some are those of plug-ins."""

    name: str
    code: str
    summary: str
    default: bool
    about_comments: bool
    plugin: Plugin | None = None

    @property
    def path(self) -> "Path":
        """Where the page stands."""
        from pathlib import Path

        place = folder() if self.plugin is None else Path(self.plugin.folder, RULES)
        return place / f"{self.name}.md"

    @property
    def text(self) -> str:
        """The page below its front matter, in Markdown."""
        return _parts(self.path)[1]


@cache
def folder() -> "Path":
    """The folder of pages and facts: inside the wheel, or beside the package in a checkout."""
    from pathlib import Path

    return Path(rules_folder())


def pages() -> dict[str, Page]:
    """Every page by the name of its rule, in the order of the codes; raises PluginError where a plug-in is damaged."""
    return _pages(plugins())


@cache
def _pages(added: tuple[Plugin, ...]) -> dict[str, Page]:
    own = [Page(*row) for row in page_heads()]
    if not added:
        return {page.name: page for page in own}
    from adamw_lint.plugged.pages import heads

    theirs = heads(added, {page.name: page.code for page in own})
    both = [*own, *(Page(head.name, head.code, head.summary, head.default, False, head.plugin) for head in theirs)]
    return {page.name: page for page in sorted(both, key=lambda page: page.code)}


def families() -> frozenset[str]:
    """The letters that codes begin with."""
    return _families(plugins())


@cache
def _families(added: tuple[Plugin, ...]) -> frozenset[str]:
    return frozenset(page.code.rstrip("0123456789") for page in _pages(added).values())


def own_pages() -> dict[str, Page]:
    """The pages that are the linter's own."""
    return _pages(())


@kept(key=edition)
def page_heads() -> list[tuple[str, str, str, bool, bool]]:
    """What the front matter of every page states."""
    import tomllib

    fronts = {path.stem: tomllib.loads(_parts(path)[0]) for path in folder().glob("*.md") if path.stem != "README"}
    rows = [
        (name, front["code"], front["summary"], front["default"] == "on", "about" in front)
        for name, front in fronts.items()
    ]
    return sorted(rows, key=lambda row: row[1])


def _parts(path: "Path") -> tuple[str, str]:
    """The front matter of a page, and what stands below it."""
    _, head, text = path.read_text(encoding="utf-8").split("+++\n", 2)
    return head, text.lstrip("\n")

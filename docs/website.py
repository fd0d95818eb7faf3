"""What makes a site of the pages of the repository: a hook of MkDocs, which mkdocs.yml names.

The pages stay where they are and as they are. What only a code host or our own tests understand is put into the words
of MkDocs on the way: the front matter of a rule, the marks behind the language of a block, links to folders.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

PROJECT = Path(__file__).parent.parent
SHOWN = (
    "*.md",
    "benchmarks/*.md",
    "docs/**/*.md",
    "docs/*.svg",
    "docs/*.css",
    "rules/**/*",
    "tests/frameworks/**/*.md",
)
LINKED = (
    "adamw_lint/*.json",
    "benchmarks/*.py",
    "adamw_lint/report/*.json",
    "adamw_lint/report/finding.py",
    "examples/*.py",
)
FRONT = re.compile(r"\A\+\+\+\n(.*?)^\+\+\+\n+", re.DOTALL | re.MULTILINE)
FENCE = re.compile(r"^( *)(`{3,}|~{3,})([\w-]+) (\S.*)$", re.MULTILINE)
LINK = re.compile(r"(?<=\]\()(?![\w+.-]+:)([^()#\s]+)(?=[)#])")
TITLES = {"report": "what is reported", "fixed": "after the fix", "run": "a proof that runs"}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put pages in the place of the patterns of the navigation."""
    config.nav = list(_expanded(config.nav or [], set(_named(config.nav or []))))
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Take the files of the repository instead of those of one folder, and make a page for a folder that has none."""
    theme = [file for file in files if file.src_dir != config.docs_dir]
    paths = [path.relative_to(PROJECT).as_posix() for path in _files()]
    own = [File(path, str(PROJECT), config.site_dir, config.use_directory_urls) for path in paths]
    return Files([*theme, *own, File.generated(config, "examples/README.md", content=_listing("examples"))])


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Say in the words of MkDocs what a page says in those of the repository."""
    front, text = _parts(markdown)
    here = (PROJECT / page.file.src_uri).parent
    text = LINK.sub(lambda link: link[1].rstrip("/") + "/README.md" if (here / link[1]).is_dir() else link[1], text)
    text = FENCE.sub(lambda fence: f'{fence[1]}{fence[2]}{fence[3]} title="{TITLES.get(fence[4], fence[4])}"', text)
    return re.sub(r"^(# .+\n)", rf"\1\n{_told(front)}\n", text, count=1) if front else text


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Say in which language a page is, for fonts and for voices."""
    is_chinese = re.search(r"zh\b", page.file.src_uri)
    return output.replace('<html lang="en"', '<html lang="zh-Hans"', 1) if is_chinese else output


def _files() -> list[Path]:
    found = {path for pattern in (*SHOWN, *LINKED) for path in PROJECT.glob(pattern) if path.is_file()}
    return sorted(path for path in found if path.suffix != ".pyc")


def _named(entries: list[Any]) -> Iterator[str]:
    """The pages that the navigation names itself."""
    for entry in entries:
        if isinstance(entry, str):
            yield from () if "*" in entry else (entry,)
        else:
            for below in entry.values():
                yield from _named(below if isinstance(below, list) else [below])


def _expanded(entries: list[Any], named: set[str]) -> Iterator[Any]:
    """The entries with the pages that a pattern stands for; a section that is left without any is left out."""
    for entry in entries:
        if isinstance(entry, str):
            yield from _matching(entry, named) if "*" in entry else (entry,)
            continue
        for title, below in entry.items():
            if not isinstance(below, list):
                yield {title: below}
            elif inside := list(_expanded(below, named)):
                yield {title: inside}


def _matching(pattern: str, named: set[str]) -> Iterator[Any]:
    """The pages of a pattern, rules with their codes and in their order."""
    for path in sorted(PROJECT.glob(pattern), key=lambda path: (_front(path).get("code", ""), path)):
        uri = path.relative_to(PROJECT).as_posix()
        if uri in named:
            continue
        code = _front(path).get("code")
        yield {f"{code} {path.stem}": uri} if code else uri


def _front(path: Path) -> dict[str, Any]:
    return _parts(path.read_text(encoding="utf-8"))[0]


def _parts(text: str) -> tuple[dict[str, Any], str]:
    """The front matter of a page, empty where it has none, and what stands below it."""
    found = FRONT.match(text)
    return (tomllib.loads(found[1]), text[found.end() :]) if found else ({}, text)


def _told(front: dict[str, Any]) -> str:
    """The front matter as a line below the name of the rule."""
    off = "" if front["default"] == "on" else " (off unless selected)"
    return f"**{front['code']}**{off}: {front['summary']}\n{{ .summary }}\n"


def _listing(folder: str) -> str:
    """A page with all that stands in a folder."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted((PROJECT / folder).glob("*.py"))}
    return f"# {folder}\n\n" + "\n".join(f"```python {name}\n{text}```\n" for name, text in texts.items())

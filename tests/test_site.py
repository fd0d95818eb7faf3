"""The documentation site: it builds without a complaint, has every page as its source has it, and loads nothing."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from pages import PATHS
from site_of_docs import PROJECT, build, drawn, sources

from adamw_lint.rulebook import pages

COUNTED = ("blockquote", "h1", "h2", "h3", "img", "li", "ol", "pre", "table", "td", "th", "tr", "ul")
PAGES = sources()
each_page = pytest.mark.parametrize("source", PAGES, ids=lambda path: path.relative_to(PROJECT).as_posix())


class Content(HTMLParser):
    """What the article of a page is made of, its text, and what the page as a whole loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.loaded: list[str] = []
        self.text = ""
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count a tag inside the article, and note what any tag loads."""
        given = dict(attrs)
        self._inside = self._inside or tag == "article"
        if self._inside and tag in COUNTED:
            self.tags[tag] += 1
        if tag in ("audio", "iframe", "img", "script", "source", "video"):
            self.loaded.append(given.get("src") or "")
        if tag == "link" and given.get("rel") != "canonical":
            self.loaded.append(given.get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        """Leave the article."""
        self._inside = self._inside and tag != "article"

    def handle_data(self, data: str) -> None:
        """Keep the text of the article."""
        self.text += data if self._inside else ""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("site"))


def content(source: Path, site: Path) -> Content:
    return Content(drawn(source, site).read_text(encoding="utf-8"))


def below_front_matter(source: Path) -> str:
    text = source.read_text(encoding="utf-8")
    return text.split("+++\n", 2)[2] if text.startswith("+++\n") else text


@each_page
def test_a_page_is_drawn_as_a_code_host_draws_it(source: Path, site: Path) -> None:
    """The two read Markdown in ways that differ in lists, tables and the words behind the sign of a block."""
    expected = Content(f"<article>{MarkdownIt('gfm-like', {'linkify': False}).render(below_front_matter(source))}")
    assert content(source, site).tags == expected.tags


@pytest.mark.parametrize("rule", pages())
def test_the_front_matter_is_told_in_words(rule: str, site: Path) -> None:
    text = content(PATHS[rule], site).text
    assert f"{pages()[rule].code}" in text
    assert " (off unless selected): " in text or pages()[rule].default
    assert 'default = "' not in text


@each_page
def test_a_page_can_be_reached_from_every_other(source: Path, site: Path) -> None:
    start = (site / "index.html").read_text(encoding="utf-8")
    assert f'href="{drawn(source, site).relative_to(site).as_posix()}"' in start or source == PROJECT / "README.md"


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for path in site.rglob("*.html"):
        loaded = [each for each in Content(path.read_text(encoding="utf-8")).loaded if each]
        assert loaded
        assert [each for each in loaded if re.match(r"(https?:)?//", each)] == []
    for path in site.rglob("*.css"):
        assert not re.search(r"url\([\"']?(https?:)?//|@import", path.read_text(encoding="utf-8"))


def test_a_link_that_leads_nowhere_is_an_error(tmp_path: Path) -> None:
    for name in ("benchmarks", "docs", "examples", "rules", "tests/frameworks", "adamw_lint/report"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    for path in [*PROJECT.glob("*.md"), PROJECT / "mkdocs.yml", *PROJECT.glob("adamw_lint/*.json")]:
        shutil.copy(path, tmp_path / path.relative_to(PROJECT))
    assert build(tmp_path / "site", tmp_path)
    links = ("gone.md", "mistake.md#gone", "../gone", "/docs/mistake.md")
    with (tmp_path / "docs" / "deciding.md").open("a", encoding="utf-8") as page:
        page.writelines(f"\n[Nowhere]({link})\n" for link in links)
    with pytest.raises(RuntimeError, match=r"deciding\.md") as caught:
        build(tmp_path / "site", tmp_path)
    assert [link for link in links if f"'{link}'" not in str(caught.value)] == []

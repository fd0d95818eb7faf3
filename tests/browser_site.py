"""The documentation site in a real browser (`bash .ci/browser`): how it is drawn, and that it loads nothing else."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from browser import CONTRAST, WIDTHS
from playwright.sync_api import Browser, Page
from site_of_docs import build, drawn, sources

LOOKED_AT = (
    "index",
    "docs/mistake",
    "docs/deciding",
    "docs/configuration",
    "rules/coupled-decay",
    "rules/zh/l2-in-loss",
)


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name in the library
        """Say nothing."""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(params=[(name, scheme) for name in WIDTHS for scheme in ("light", "dark")], ids="-".join)
def page(request: pytest.FixtureRequest, chromium: Browser, address: str) -> Iterator[Page]:
    """The start of the site; whatever the browser complains about or asks of another place fails the test."""
    name, scheme = request.param
    context = chromium.new_context(
        base_url=address,
        viewport={"width": WIDTHS[name], "height": 900},
        color_scheme=scheme,
        is_mobile=name == "phone",
    )
    context.set_default_timeout(10_000)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda asked: complaints.extend([] if asked.url.startswith(address) else [asked.url]))
    opened.on("response", lambda given: complaints.extend([given.url] if given.status >= 400 else []))
    opened.goto("/index.html")
    yield opened
    assert complaints == []
    context.close()


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_every_page_is_drawn_and_scrolls_down_only(page: Page, site: Path) -> None:
    for source in sources():
        page.goto("/" + drawn(source, site).relative_to(site).as_posix())
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), source
        assert page.locator("article h1:visible").count() == 1, source
        outside = (
            "all => all.filter(each => each.getBoundingClientRect().right > innerWidth + 1).map(each => each.outerHTML)"
        )
        assert (
            page.eval_on_selector_all("article > p, article > ul, article h1, article h2, article img", outside) == []
        )


@pytest.mark.parametrize("path", LOOKED_AT)
def test_text_can_be_read_on_its_ground(page: Page, path: str, request: pytest.FixtureRequest) -> None:
    page.goto(f"/{path}.html")
    picture(page, request.node.callspec.id.replace("/", "-"))
    texts = ", ".join(f"article {tag}" for tag in ("p", "li", "td", "th", "h1", "h2", "h3", "code", "code span", "p a"))
    assert page.eval_on_selector_all(texts, CONTRAST) == []


def test_pictures_are_drawn(page: Page) -> None:
    page.goto("/docs/mistake.html")
    assert page.eval_on_selector_all("article img", "all => all.map(each => each.naturalWidth > 100)") == [True]


def test_a_rule_is_found_by_a_word(page: Page) -> None:
    if page.viewport_size and page.viewport_size["width"] < 1000:
        page.locator(".md-header__button[for=__search]").click()
    page.wait_for_timeout(500)  # until it has slid in
    page.get_by_role("textbox", name="Search").press_sequentially("ADW303")
    page.locator(".md-search-result__link", has_text="swapped-groups").first.click()
    assert "/rules/swapped-groups.html" in page.url


def test_the_navigation_leads_to_a_rule(page: Page) -> None:
    page.goto("/rules/index.html")
    if page.viewport_size and page.viewport_size["width"] < 1000:
        page.locator(".md-header__button[for=__drawer]").click()
    page.locator(".md-nav__link:visible", has_text="ADW101 coupled-decay").first.click()
    page.wait_for_url("**/rules/coupled-decay.html")


def test_it_can_be_read_without_scripts(chromium: Browser, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False, base_url=address)
    opened = context.new_page()
    opened.goto("/rules/coupled-decay.html")
    assert opened.locator("article h2", has_text="Why it matters").is_visible()
    opened.locator("article a", has_text="YAML, JSON and TOML").click()
    assert opened.url.endswith("/docs/configs.html")
    context.close()


def test_it_can_be_read_from_a_folder(chromium: Browser, site: Path) -> None:
    opened = chromium.new_page()
    opened.goto((site / "index.html").as_uri())
    opened.locator("article a", has_text="coupled-decay").first.click()
    assert opened.url == (site / "rules" / "coupled-decay.html").as_uri()
    assert opened.locator("h1").inner_text().startswith("coupled-decay")
    opened.close()

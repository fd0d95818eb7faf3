"""The HTML report in a real browser (`bash .ci/browser`): how it is drawn, what it hides, and what it lets happen."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pages import PATHS, examples, only
from playwright.sync_api import Browser, Page
from reported import BROKEN, HARM, hostile, outcome, told

from adamw_lint.configuration.hierarchy import Configuration
from adamw_lint.report.screen import printable
from adamw_lint.run import Task, run_on_bytes

WIDTHS = {"phone": 360, "desktop": 1440}
CONTRAST = """all => {
  const linear = part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  const luminance = colour => {
    const [red, green, blue] = colour.match(/[\\d.]+/g).map(part => linear(part / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = each => {
    const own = getComputedStyle(each).backgroundColor;
    return own !== "rgba(0, 0, 0, 0)" || each === document.body ? own : ground(each.parentElement);
  };
  const ratio = each => {
    const both = [luminance(getComputedStyle(each).color), luminance(ground(each))].sort((a, b) => a - b);
    return (both[1] + 0.05) / (both[0] + 0.05);
  };
  return all.filter(each => ratio(each) < 4.5).map(each => [ratio(each), each.className, each.innerText]);
}"""


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with a finding of every rule, hostile ones among them, and an error."""
    shown = [(rule, next(each for each in examples(rule) if each.expected)) for rule in PATHS]
    ordinary = [
        run_on_bytes(each.code.encode(), f"{rule}.py", Task(Configuration.everywhere(only(rule))))
        for rule, each in shown
    ]
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(told("html", [*ordinary, *hostile(), outcome(BROKEN, "broken.py")]), encoding="utf-8")
    return path


@pytest.fixture(params=[(name, scheme) for name in WIDTHS for scheme in ("light", "dark")], ids="-".join)
def page(request: pytest.FixtureRequest, chromium: Browser, report: Path) -> Iterator[Page]:
    """The report, opened; whatever the browser complains about or asks of a network fails the test."""
    name, scheme = request.param
    context = chromium.new_context(
        viewport={"width": WIDTHS[name], "height": 900}, color_scheme=scheme, is_mobile=name == "phone"
    )
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("dialog", lambda dialog: complaints.append(f"a dialog: {dialog.message}"))
    opened.on("request", lambda asked: complaints.extend({asked.url} - {report.as_uri()}))
    opened.goto(report.as_uri())
    yield opened
    picture = os.environ.get("PICTURES")
    if picture:
        opened.screenshot(path=Path(picture) / f"{request.node.name}.png", full_page="whole" in request.node.name)
    assert complaints == []
    context.close()


def shown(page: Page) -> int:
    return int(page.locator("article.finding:visible").count())


def test_the_whole_page_is_drawn_and_scrolls_down_only(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert shown(page) == page.locator("article.finding").count() > len(PATHS)
    outside = (
        "all => all.filter(each => each.getBoundingClientRect().right > innerWidth + 1).map(each => each.outerHTML)"
    )
    assert page.eval_on_selector_all("article, h1, h2, h3, h4, p, pre, table, form, nav", outside) == []


def test_text_can_be_read_on_its_ground(page: Page) -> None:
    assert page.eval_on_selector_all("p, a, span, code, h1, h2, h3, h4, summary, th, td, label", CONTRAST) == []


def test_the_list_is_narrowed_by_word_rule_and_fix(page: Page) -> None:
    everything = shown(page)
    page.get_by_label("Rule").select_option("decayed-norms")
    assert page.locator("article.finding:visible").get_attribute("data-rule") == "decayed-norms"
    page.get_by_label("Rule").select_option("")
    page.get_by_label("Search").fill("L2-IN-LOSS.PY")
    assert shown(page) == 1
    assert page.locator("section.file:visible").count() == 1
    assert page.get_by_role("status").inner_text() == f"1 of {everything} shown"
    page.get_by_label("Search").fill("")
    page.get_by_label("with a fix only").check()
    assert 0 < shown(page) < everything
    page.get_by_label("with a fix only").uncheck()
    assert shown(page) == everything


def test_a_link_to_a_rule_opens_its_page(page: Page) -> None:
    assert not page.locator("#rule-coupled-decay").is_visible()
    page.locator("article.finding a", has_text="coupled-decay").first.click()
    assert page.locator("#rule-coupled-decay").is_visible()
    assert page.locator("#rule-coupled-decay >> text=What it finds").is_visible()
    assert page.evaluate("scrollY") > 0


def test_hostile_text_is_shown_as_text(page: Page) -> None:
    assert page.locator("p.message", has_text=printable(HARM)).count() == len(hostile()) // 2
    assert page.locator("script").count() == 1


def test_it_is_complete_without_its_script(chromium: Browser, report: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(report.as_uri())
    assert shown(opened) == opened.locator("article.finding").count() > 0
    assert not opened.locator("#filter").is_visible()
    opened.locator("#rules summary").first.click()
    assert opened.locator("#rules .page").first.is_visible()
    context.close()

"""The HTML report: nested as it should be, loading nothing, running nothing but its own script, and complete."""

import base64
import hashlib
import re
from collections.abc import Callable

import pytest
from markup import Element, read
from pages import PATHS, Example, examples, only, project
from reported import BROKEN, HARM, MANUAL, NAMES, ORDINARY, UNSAFE, hostile, ordinary, outcome, told

from adamw_lint.configuration.hierarchy import Configuration
from adamw_lint.report.screen import printable
from adamw_lint.report.web.code import difference
from adamw_lint.rulebook import pages
from adamw_lint.run import Outcome, Task, run_on_bytes

LOADING = {"src", "srcset", "data", "poster", "background", "action", "formaction", "manifest", "ping", "style"}
RUNS: dict[str, Callable[[], list[Outcome]]] = {"ordinary": ordinary, "hostile": hostile, "nothing": list}


def page(outcomes: list[Outcome]) -> Element:
    return read(told("html", outcomes))


def every_rule() -> list[Outcome]:
    """A finding of each rule that has an example on its page."""
    shown = [example for rule in PATHS for example in examples(rule) if example.expected]
    return [_outcome(number, example) for number, example in enumerate(shown)]


def _outcome(number: int, example: Example) -> Outcome:
    name = f"{example.rule}/{number}.py" if example.is_python else example.name
    with project(example.files):
        return run_on_bytes(example.code.encode(), name, Task(Configuration.everywhere(only(example.rule))))


@pytest.fixture(scope="module")
def whole() -> Element:
    return page(every_rule())


def articles(document: Element) -> list[Element]:
    return document.all("article", "finding")


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_it_loads_nothing_and_runs_only_its_own_script(run: Callable[[], list[Outcome]]) -> None:
    text = told("html", run())
    document = read(text)
    assert text.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert text.isascii()
    elements = document.all()
    assert {each.tag for each in elements}.isdisjoint(
        ["link", "img", "iframe", "object", "embed", "base", "svg", "video"]
    )
    for each in elements:
        assert not LOADING & set(each.attributes), each
        assert not [name for name in each.attributes if name.startswith("on")], each
        href = each.attributes.get("href") or ""
        assert each.tag == "a" or not href
        assert href.startswith(("#", "https://")) or not href
    (style,), (script,) = document.all("style"), document.all("script")
    assert not re.search(r"url\(|@import|https?:|//", style.text)
    assert not re.search(r"https?:|fetch|XMLHttp|import\s*\(|eval|innerHTML|document\.write", script.text)


def test_its_policy_lets_in_nothing_but_its_own_style_and_script() -> None:
    document = page(ordinary())
    meta = next(each for each in document.all("meta") if each.attributes.get("http-equiv"))
    policy = dict(each.strip().split(" ", 1) for each in (meta.attributes["content"] or "").split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'none'"
    for tag in ("style", "script"):
        (element,) = document.all(tag)
        digest = base64.b64encode(hashlib.sha256(element.text.encode()).digest()).decode()
        assert policy[f"{tag}-src"] == f"'sha256-{digest}'"


def test_hostile_text_is_text() -> None:
    document = page(hostile())
    assert len(document.all("script")) == 1
    told_paths = [each.text for each in document.all("span", "path")]
    for name in NAMES:
        assert printable(name) in told_paths
    for each in articles(document):
        assert printable(HARM) in each.all("p", "message")[0].text
        assert printable(HARM) in each.all("pre", "code")[0].text
    assert len(articles(document)) == len(NAMES)


def test_every_link_leads_to_one_place(whole: Element) -> None:
    ids = [str(each.attributes["id"]) for each in whole.all() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    targets = {each.attributes["href"] or "" for each in whole.all("a")}
    assert {each[1:] for each in targets if each.startswith("#")} <= set(ids)
    assert {f"rule-{name}" for name in pages()} <= set(ids)


def test_findings_stand_under_their_files_with_code_help_and_fix() -> None:
    document = page(ordinary())
    files = document.all("section", "file")
    assert [each.all("h3")[0].text for each in files] == ["train.py 1", "edges.py 2", "sub/unsafe.py 1", "manual.py 1"]
    first = articles(document)[0]
    assert first.all("h4")[0].text == "3:53 ADW101 coupled-decay safe fix"
    assert "builds a coupled Adam" in first.all("pre", "code")[0].text
    assert first.all("span", "mark")[0].text == "^" * len("weight_decay=0.01")
    assert [each.text for each in first.all("del")] == [f"- {ORDINARY.splitlines()[2]}\n"]
    assert [each.text for each in first.all("ins")] == [f"+ {ORDINARY.splitlines()[2].replace('Adam', 'AdamW')}\n"]
    fixes = [each.all("span", "fix") for each in articles(document)]
    assert [each[0].text if each else "" for each in fixes] == ["safe fix"] * 3 + ["unsafe fix", ""]
    assert not articles(document)[-1].all("del")


def test_the_summary_the_statistics_and_the_errors_add_up() -> None:
    document = page(ordinary())
    assert document.all("p", "summary")[0].text == (
        "5 findings in 4 files, 3 fixable with adamw-lint --fix, 1 with --fix --unsafe-fixes. "
        "1 error: not everything could be linted."
    )
    rules, files = document.all("table")[:2]
    (row,) = rules.all("tbody")[0].all("tr")
    assert [row.all("a")[0].text, row.all("td", "number")[0].text] == ["ADW101 coupled-decay", "5"]
    counted = [row.all("td", "number")[0].text for row in files.all("tbody")[0].all("tr")]
    assert counted == ["2", "1", "1", "1"]
    errors = next(each for each in document.all("section") if each.attributes.get("id") == "errors")
    assert "broken.py:2:5: syntax error" in errors.text


@pytest.mark.parametrize(
    ("outcomes", "summary"),
    [
        ([], "All clean: 0 files."),
        ([outcome("import torch\ntorch.optim.Adam(p)\n")], "All clean: 1 file."),
        ([outcome(BROKEN)], "No findings. 1 error: not everything could be linted."),
        ([outcome(MANUAL)], "1 finding in 1 file."),
        ([outcome(UNSAFE)], "1 finding in 1 file, 1 with --fix --unsafe-fixes."),
    ],
)
def test_the_summary(outcomes: list[Outcome], summary: str) -> None:
    assert page(outcomes).all("p", "summary")[0].text == summary


def test_the_pages_of_the_rules_are_whole(whole: Element) -> None:
    for name, rule in pages().items():
        (body,) = [each for each in whole.all("div", "page") if each.attributes["id"] == f"rule-{name}"]
        headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", rule.text, flags=re.DOTALL), re.MULTILINE)[1:]
        shown = [each.text for each in body.all() if each.tag in ("h4", "h5")]
        assert shown == [each.replace("`", "") for each in headings]
        assert len(body.all("pre")) == rule.text.count("\n```") / 2
        assert not body.all("h1") + body.all("h2") + body.all("h3")


def test_the_code_of_every_frame_and_change_is_that_of_the_source() -> None:
    for each in every_rule():
        for program in each.programs:
            for found in program.remaining:
                if found.fix:
                    shown = read(difference(program.source, found))
                    lines = set(program.source.text.split("\n"))
                    assert shown.all("del") + shown.all("ins")
                    assert {line.text[2:].rstrip("\n") for line in shown.all("del")} <= lines

"""The findings of each file on a page, and how many there are of what."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from adamw_lint.report.finding import Failure, Finding
from adamw_lint.report.screen import printable
from adamw_lint.report.web.code import difference, framed
from adamw_lint.report.web.elements import Markup, element, joined, prose
from adamw_lint.report.web.rules import anchor


def by_file(found: Sequence[Finding]) -> Markup:
    """A section for each file, in the order in which they were linted."""
    groups = [(path, list(group)) for path, group in groupby(found, key=lambda each: each.path)]
    return joined(*(_file(path, group, number) for number, (path, group) in enumerate(groups)))


def _file(path: str, found: Sequence[Finding], number: int) -> Markup:
    head = element("h3", element("span", printable(path), class_="path"), " ", _count(len(found)), id=f"file-{number}")
    return element("section", head, *map(_finding, found), class_="file")


def _finding(finding: Finding) -> Markup:
    place = ":".join(map(str, finding.place.steps))
    head = element(
        "h4",
        element("span", place, class_="place"),
        " ",
        element("a", element("span", finding.code, class_="rule"), " ", finding.name, href=f"#{anchor(finding.name)}"),
        *(
            (" ", element("span", f"{finding.fix.safety} fix", class_=f"fix {finding.fix.safety}"))
            if finding.fix
            else ()
        ),
    )
    return element(
        "article",
        head,
        element("p", prose(finding.message), class_="message"),
        framed(finding.source, finding.diagnostic),
        element("p", element("b", "help"), " ", prose(finding.help)),
        _fix(finding),
        class_="finding",
        id=f"finding-{finding.fingerprint}",
        data_rule=finding.name,
        data_fix=str(finding.fix.safety) if finding.fix else "none",
    )


def _fix(finding: Finding) -> Markup:
    if finding.fix is None:
        return joined()
    title = element("summary", element("b", "fix"), " ", prose(finding.fix.title))
    return element("details", title, difference(finding.source, finding.diagnostic), open=True)


def failed(failures: Iterable[Failure]) -> Markup:
    """What could not be linted."""
    return element("ul", *(element("li", each.sentence) for each in failures))


def statistics(found: Sequence[Finding]) -> Markup:
    """How many findings there are of each rule, and in each file."""
    rules = Counter((each.code, each.name) for each in found)
    files = Counter(each.path for each in found)
    numbers = {path: number for number, path in enumerate(files)}
    most = max([*rules.values(), *files.values()])
    named = [
        (element("a", element("span", code, class_="rule"), " ", name, href=f"#{anchor(name)}"), count)
        for (code, name), count in sorted(rules.items(), key=lambda each: (-each[1], each[0]))
    ]
    placed = [
        (element("a", element("span", printable(path), class_="path"), href=f"#file-{numbers[path]}"), count)
        for path, count in files.most_common()
    ]
    return element("div", _table("rule", named, most), _table("file", placed, most), class_="tables")


def _table(noun: str, rows: Sequence[tuple[Markup, int]], most: int) -> Markup:
    head = element("tr", element("th", noun, scope="col"), element("th", "findings", scope="col", colspan=2))
    body = [
        element(
            "tr",
            element("th", name, scope="row"),
            element("td", str(count), class_="number"),
            element("td", element("meter", str(count), min=0, max=most, value=count), class_="bar"),
        )
        for name, count in rows
    ]
    return element("table", element("thead", head), element("tbody", *body))


def _count(number: int) -> Markup:
    return element("span", str(number), class_="count")

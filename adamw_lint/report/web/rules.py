"""The pages of the rules within another page, each folded under its name."""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from adamw_lint.report.web.code import coloured
from adamw_lint.report.web.elements import Markup, element, escaped, joined
from adamw_lint.rulebook import Page, pages

SHALLOWER = 2  # levels of heading that are above those of a rule


def anchor(rule: str) -> str:
    """What a link to a rule on the same page ends with."""
    return f"rule-{rule}"


def rules(names: Sequence[str]) -> Markup:
    """The pages of the rules, in the order of their codes."""
    return joined(*(_rule(page, names) for page in pages().values() if page.name in names))


def _rule(page: Page, names: Sequence[str]) -> Markup:
    head = joined(element("span", page.code, class_="rule"), " ", element("b", page.name), " ", page.summary)
    body = element("div", _rendered(page.text, names), id=anchor(page.name), class_="page")
    return element("details", element("summary", head), body)


def _rendered(text: str, names: Sequence[str]) -> Markup:
    parser = MarkdownIt("commonmark", {"html": False, "highlight": _highlight}).enable("table")
    tokens = parser.parse(text)[3:]  # without the title, which is said above
    for token in tokens:
        if token.type.startswith("heading"):
            token.tag = f"h{int(token.tag[1:]) + SHALLOWER}"
        token.children = _linked(token.children, names) if token.children else token.children
    return Markup(parser.renderer.render(tokens, parser.options, {}))


def _highlight(code: str, language: str, _: str) -> str:
    return str(coloured(code) if language == "python" else escaped(code))


def _linked(tokens: Sequence[Token], names: Sequence[str]) -> list[Token]:
    """The tokens with links to other rules of this page and to the web; other links, and pictures, are words."""
    kept: list[Token] = []
    followed: list[bool] = []  # for each link that is open here
    for token in tokens:
        if token.type == "link_open":
            target = str(token.attrs["href"])
            rule = target.partition("#")[0].removesuffix(".md")
            followed.append(target.startswith("https://") or rule in names)
            token.attrs["href"] = f"#{anchor(rule)}" if rule in names else target
        if token.type == "image":  # a page that loads nothing has the words for it
            kept.append(Token("text", "", 0, content=token.content))
        elif not token.type.startswith("link_") or followed[-1]:
            kept.append(token)
        if token.type == "link_close":
            followed.pop()
    return kept

"""A strict reader of HTML: every element is closed where it should be, and everything that loads or runs is listed."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "input", "br", "hr", "img", "link", "col", "base", "source", "wbr", "area", "embed", "track"}


@dataclass
class Element:
    """An element, its attributes and what it holds."""

    tag: str
    attributes: dict[str, str | None]
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text within it."""
        return "".join(each if isinstance(each, str) else each.text for each in self.children)

    def all(self, tag: str = "", class_: str = "") -> list[Element]:
        """Every element within it, in order, of one tag or class."""
        found = []
        for each in self.children:
            if isinstance(each, Element):
                classes = (each.attributes.get("class") or "").split()
                if tag in ("", each.tag) and (not class_ or class_ in classes):
                    found.append(each)
                found += each.all(tag, class_)
        return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice"
        element = Element(tag, dict(attrs))
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            raise AssertionError(f"<{tag}/> closes itself, which HTML does not know")
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"a processing instruction: {data}")


def read(text: str) -> Element:
    """The document as a tree; raises AssertionError where its elements are not nested as they should be."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == [reader.root], [each.tag for each in reader.open]
    return reader.root

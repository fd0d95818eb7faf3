"""The elements of a page: whatever text they are given is escaped, unless it is an element itself."""

import html

from adamw_lint.report.screen import printable


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def escaped(text: str) -> Markup:
    """A text as HTML; one that is HTML stays as it is."""
    if isinstance(text, Markup):
        return text
    return Markup(html.escape("\n".join(map(printable, text.split("\n")))))


def element(tag: str, *children: str, **attributes: str | int | bool) -> Markup:
    """An element with its children; `class_` is written class, and an attribute that is True has no value."""
    written = "".join(_attribute(name.rstrip("_").replace("_", "-"), value) for name, value in attributes.items())
    return Markup(f"<{tag}{written}>{''.join(map(escaped, children))}</{tag}>")


def _attribute(name: str, value: str | int | bool) -> str:
    if isinstance(value, bool):
        return f" {name}" if value else ""
    return f' {name}="{escaped(str(value))}"'


def joined(*parts: str) -> Markup:
    """Several elements and texts, one after the other."""
    return Markup("".join(map(escaped, parts)))


def prose(text: str) -> Markup:
    """A sentence in which what stands in backticks is code."""
    parts = text.split("`")
    return joined(*(element("code", part) if index % 2 else escaped(part) for index, part in enumerate(parts)))

"""Reads YAML, and JSON as the YAML that it is, event by event: nothing is built, executed or expanded."""

from dataclasses import dataclass, field
from typing import Any

from adamw_lint.diagnostics import Span
from adamw_lint.read.nodes import Entry, Items, Node, Scalar, Table

_MERGE = "<<"


def read_yaml(text: str) -> tuple[Node, ...] | None:
    """The documents of a text; None where it is no YAML, as a template of YAML is none."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Builder(text).documents(yaml.parse(text, Loader=loader))
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def read_json(text: str) -> tuple[Node, ...] | None:
    """The one document of a text of JSON; None where it is none."""
    found = read_yaml(text.replace("\t", " "))  # as white space, YAML does not know it
    return found if found is not None and len(found) == 1 else None


@dataclass(slots=True)
class _Open:
    """A table or list whose end was not seen yet."""

    event: Any
    children: list[Node] = field(default_factory=list)


class _Builder:
    """Puts nodes together from events; what an alias stands for is the very node, so that no text can make many."""

    def __init__(self, text: str) -> None:
        self._text = text

    def documents(self, events: Any) -> tuple[Node, ...]:
        import yaml

        found: list[Node] = []
        anchors: dict[str, Node] = {}
        opened: list[_Open] = []
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                anchors = {}
            elif isinstance(event, yaml.CollectionStartEvent):
                opened.append(_Open(event))
            elif isinstance(event, (yaml.AliasEvent, yaml.ScalarEvent, yaml.CollectionEndEvent)):
                begin = opened.pop() if isinstance(event, yaml.CollectionEndEvent) else None
                node = self._node(event, begin, anchors)
                anchor = begin.event.anchor if begin is not None else event.anchor
                if anchor is not None and not isinstance(event, yaml.AliasEvent):
                    anchors[anchor] = node
                (opened[-1].children if opened else found).append(node)
        return tuple(found)

    def _node(self, event: Any, begin: _Open | None, anchors: dict[str, Node]) -> Node:
        import yaml

        if isinstance(event, yaml.AliasEvent):
            own = Scalar(self._span(event), "", True, "alias")
            return anchors.get(event.anchor, own)  # an anchor that is still open would hold itself
        if begin is None:
            return Scalar(self._span(event), event.value, bool(event.style), event.tag or "")
        span = Span(begin.event.start_mark.index, event.end_mark.index)
        if isinstance(begin.event, yaml.SequenceStartEvent):
            return Items(span, tuple(begin.children))
        return self._table(span, begin)

    def _table(self, span: Span, begin: _Open) -> Table:
        pairs = list(zip(begin.children[::2], begin.children[1::2], strict=True))
        entries = tuple(Entry(key, value) for key, value in pairs if isinstance(key, Scalar) and key.text != _MERGE)
        merged = [value for key, value in pairs if isinstance(key, Scalar) and key.text == _MERGE]
        every = [each for value in merged for each in (value.items if isinstance(value, Items) else (value,))]
        tag = begin.event.tag or ""
        where = self._text.find(tag, span.start, span.end) if tag else -1
        named = Span(where, where + len(tag)) if where >= 0 else None
        added = tuple(each for each in every if isinstance(each, Table))
        return Table(span, entries, added, bool(begin.event.flow_style), tag, named)

    def _span(self, event: Any) -> Span:
        """The place of a scalar without its anchor and tag."""
        start, end = event.start_mark.index, event.end_mark.index
        rest = self._text[start:end]
        while rest[:1] in ("&", "!") and len(words := rest.split(maxsplit=1)) == 2:
            rest = words[1]
        return Span(end - len(rest), end)

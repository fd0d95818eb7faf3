"""One file of a program: its text, its survey, and where each node of it stands."""

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from functools import cached_property
from typing import cast

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, CodeSpan

from adamw_lint.diagnostics import Span
from adamw_lint.errors import UnparsableError
from adamw_lint.manual import Manual
from adamw_lint.model.program import Program
from adamw_lint.model.survey import Survey
from adamw_lint.read.source import Source
from adamw_lint.read.syntax import UNREADABLE, tree_of


class _Spans(ByteSpanPositionProvider):
    """The places of all nodes of a tree, without the visitor for other providers that would go through it as well."""

    def __init__(self, tree: cst.Module) -> None:
        """Raises libcst.CSTLogicError."""
        super().__init__()
        self._gen_impl(tree)

    @property
    def found(self) -> Mapping[cst.CSTNode, CodeSpan]:
        """The place of each node."""
        return cast(Mapping[cst.CSTNode, CodeSpan], self._computed)


class Placed:
    """Knows the places of the nodes of one file, and which nodes are of other files of its program."""

    def __init__(self, source: Source, tree: cst.Module) -> None:
        self.source = source
        self.tree = tree

    @cached_property
    def survey(self) -> Survey:
        """The one walk over the tree."""
        return Survey.of(self.tree, self.source.text)

    @cached_property
    def program(self) -> Program:
        """The other files of the program."""
        return Program(self.survey, self.source)

    def owns(self, node: cst.CSTNode) -> bool:
        """Whether a node is of this file, not of another one of the program."""
        return self.survey.owns(node)

    def elsewhere(self, node: cst.CSTNode) -> str:
        """The other file in which a node stands, as a path from the root of the project."""
        path = self.program.file(node)
        return (
            path.relative_to(self.program.project.root).as_posix()
            if path.is_relative_to(self.program.project.root)
            else path.name
        )

    def span(self, node: cst.CSTNode) -> Span:
        """The place of a node, without the white space around it; raises Manual for a node of another file."""
        if node not in self._places:
            raise Manual(f"a part of it stands in `{self.elsewhere(node)}`")
        place = self._places[node]
        first, last = place.start, place.start + place.length
        if self._form_feeds:
            first += bisect_right(self._form_feeds, first)
            last += bisect_left(self._form_feeds, last)
        if self.source.text.isascii():
            return Span(first, last)
        start = len(self._bytes[:first].decode())
        return Span(start, start + len(self._bytes[first:last].decode()))

    def text(self, node: cst.CSTNode) -> str:
        """The code of a node as the user wrote it."""
        if node not in self._places:
            return self.program.text(node)
        span = self.span(node)
        return self.source.text[span.start : span.end]

    def line(self, node: cst.CSTNode) -> str:
        """The code of a node on one line."""
        return " ".join(self.text(node).split())

    def excerpt(self, node: cst.CSTNode) -> str:
        """The code of a node on one line, its end left out where it is long."""
        line = self.line(node)
        return line if len(line) <= 60 else f"{line[:57].rstrip()}…"

    @cached_property
    def _bytes(self) -> bytes:
        return self.source.text.encode()

    @cached_property
    def _form_feeds(self) -> list[int]:
        """Where LibCST has left out form feeds, which it does where they begin a line of code."""
        if "\f" not in self.source.text:
            return []
        kept, left, at = self.tree.code.encode(), list[int](), 0
        for byte in self._bytes:
            if kept[at : at + 1] == bytes((byte,)):
                at += 1
            elif byte == ord("\f"):
                left.append(at)
        return left

    @cached_property
    def _places(self) -> Mapping[cst.CSTNode, CodeSpan]:
        """Only a file that has a finding pays for this: it costs more than the parse. Raises UnparsableError."""
        if not self._is_written_back:
            raise UnparsableError("it is no Python, and LibCST takes it for another text", self.source.path)
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, 20_000))  # the provider recurses some ten frames for every level of nesting
        try:
            return _Spans(self.tree).found
        except cst.CSTLogicError as error:
            raise UnparsableError("LibCST cannot read what stands beside a t-string", self.source.path) from error
        finally:
            sys.setrecursionlimit(limit)

    @property
    def _is_written_back(self) -> bool:
        """Whether the tree stands for the text to the letter, as it does for all that is Python."""
        try:
            tree_of(self.source.text)
        except UNREADABLE:
            return self.tree.code.replace("\f", "") == self.source.text.replace("\f", "")
        return True

    @property
    def quote(self) -> str:
        """The quotation mark that most strings of the file have."""
        single = sum(node.quote == "'" for node in self.survey.strings)
        return "'" if 2 * single > len(self.survey.strings) else '"'

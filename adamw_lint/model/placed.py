"""One file of a program: its text, its survey, and where each node of it stands."""

import re
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

# What LibCST leaves out: form feeds where they begin a line, and what begins one without anything but that it goes on.
_LEFT_OUT = re.compile(rb"\f|\\(?:\r\n|\n|\r)|(?<=[\r\n])[ \t]+")


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
        if self._left_out:
            first += bisect_right(self._left_out, first)
            last += bisect_left(self._left_out, last)
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
    def _left_out(self) -> list[int]:
        """How much LibCST had written back where it left a byte out, for each.

        Raises UnparsableError where it takes the text for another one: to edit that would be to guess.
        """
        kept, given, left, at, place = self.tree.code.encode(), self._bytes, list[int](), 0, 0
        while kept != given and at < len(kept):
            if kept[at : at + 1] == given[place : place + 1]:
                at, place = at + 1, place + 1
            elif (found := _LEFT_OUT.match(given, place)) is not None:
                left += [at] * len(found[0])
                place = found.end()
            else:
                raise UnparsableError("LibCST takes it for another text", self.source.path)
        return left

    @cached_property
    def _places(self) -> Mapping[cst.CSTNode, CodeSpan]:
        """Only a file that has a finding pays for this: it costs more than the parse. Raises UnparsableError."""
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, 20_000))  # the provider recurses some ten frames for every level of nesting
        try:
            return _Spans(self.tree).found
        except cst.CSTLogicError as error:
            raise UnparsableError("LibCST cannot read what stands beside a t-string", self.source.path) from error
        finally:
            sys.setrecursionlimit(limit)

    @property
    def quote(self) -> str:
        """The quotation mark that most strings of the file have."""
        single = sum(node.quote == "'" for node in self.survey.strings)
        return "'" if 2 * single > len(self.survey.strings) else '"'

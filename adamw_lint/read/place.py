"""Where a finding stands: for a person in the cell or text that they see, for a program in the file on disk."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from adamw_lint.diagnostics import Edit, Span
from adamw_lint.errors import Steps

if TYPE_CHECKING:
    from adamw_lint.read.source import Source


class Region(NamedTuple):
    """A part of a text: lines and columns from 1, columns in characters, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Place(NamedTuple):
    """A span of a program as a person finds it (`here`, in the cell if it has one) and as a program does (`file`).

    `cell` counts all cells of a notebook from 0. Without cells both regions are the same.
    """

    path: str
    here: Region
    file: Region
    cell: int | None = None

    def __str__(self) -> str:
        """`train.py:4:12`, or `train.ipynb:cell 3:4:12`."""
        return ":".join(map(str, (self.path, *self.steps)))

    @property
    def steps(self) -> Steps:
        """What follows the path: the cell, if there is one, the line and the column."""
        cell = () if self.cell is None else (f"cell {self.cell}",)
        return (*cell, self.here.line, self.here.column)


class Layout(Protocol):
    """How a program lies in a file that holds more than it."""

    @property
    def file(self) -> "Source":
        """The whole file, its text as on disk."""

    def in_file(self, span: Span) -> Span:
        """The part of the file's text that a span of the program stands for."""

    def cell(self, line: int) -> tuple[int, int] | None:
        """The cell in which a line of the program stands and the line that opens it; None without cells."""

    def file_edits(self, edits: Sequence[Edit]) -> list[Edit]:
        """The same edits on the file's text, in its own notation; raises LintError where there are none."""

    def again(self, file: "Source") -> "Source | None":
        """The same program of another text of the file; None where it is gone."""

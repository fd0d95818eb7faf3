"""What goes wrong without being a finding: each failure is one clear line, and the run ends with exit code 2."""

from collections.abc import Sequence

REPORT = "this is a mistake in adamw-lint, not in your code; please report it together with the file"

Steps = tuple[int | str, ...]  # from the outside of a file to a place in it


class LintError(Exception):
    """Something that could not be done; `str` is the line that a user reads."""

    def __init__(self, reason: str, path: str | None = None, place: Steps | None = None) -> None:
        """`place` is the line and column in `path`, both from 1, after the cell of a notebook."""
        super().__init__(reason, path, place)
        self.reason = reason
        self.path = path
        self.place = place

    def __str__(self) -> str:
        where = [self.path] if self.path is not None else []
        return ": ".join([":".join([*where, *map(str, self.place or ())]), self.reason]).removeprefix(": ")


class UnreadableError(LintError):
    """A file or path that cannot be opened, decoded or found."""


class UnparsableError(LintError):
    """A file whose text is not Python."""


class SettingsError(LintError):
    """Settings that make no sense, in a file or on the command line."""


class BaselineError(LintError):
    """A file of known findings that is missing, damaged or cannot be written."""


class HistoryError(LintError):
    """Something that was to be asked of git and that git cannot answer."""


class UnwritableError(LintError):
    """A fixed file that could not be put in place of the old one; the old one is untouched."""


class PluginError(LintError):
    """A plug-in that is installed and not whole; no file can be linted with it, so that it ends the run."""


class DefectError(LintError):
    """A mistake of the linter itself: a check that crashed, or a fix that did harm and was dropped.

    Where the check is that of a plug-in, the mistake is the plug-in's.
    """

    def __init__(self, what: str, path: str, place: Steps | None = None, plugin: object = None) -> None:
        whose = REPORT if plugin is None else f"this is a mistake in the plug-in {plugin}, not in your code"
        super().__init__(f"{what}; {whose}", path, place)


def instead(word: str, known: Sequence[str]) -> str:
    """The end of a message about an unknown word: the nearest known one, or all of them."""
    from difflib import get_close_matches

    nearest = get_close_matches(word, known, n=1) or get_close_matches(word.lower(), known, n=1)
    return f"; did you mean `{nearest[0]}`?" if nearest else f"; there are {', '.join(known)}"

"""Takes names out of the comments that ask for silence, and touches nothing else that stands in them."""

from collections.abc import Collection

from adamw_lint.diagnostics import Edit, Span
from adamw_lint.read.source import Source
from adamw_lint.suppress.directives import Directive, Name, Word


def without(source: Source, directive: Directive, gone: Collection[Name]) -> Edit:
    """The edit that takes names out of a comment; what names nothing any more goes with its reason, an empty line too.

    The names of other tools stay, and so does all other text of the comment.
    """
    left = [name for name in directive.names or () if name not in gone]
    if left:
        between = ", " if ", " in source.text[directive.listed.start : directive.listed.end] else ","
        return Edit(directive.listed, between.join(name.text for name in left))
    comment, text = directive.comment, directive.comment.text
    before = text[: directive.span.start - comment.span.start].rstrip()
    after = text[directive.span.end - comment.span.start :].strip()
    if directive.word == Word.NOQA and after and not after.startswith("#"):
        after = f"# {after.lstrip(':-–— ')}"
    if before or after:
        return Edit(comment.span, "  ".join(filter(None, (before, after))))
    return Edit(_emptied(source, directive), "")


def _emptied(source: Source, directive: Directive) -> Span:
    """The comment with the space before it; the whole line where nothing else stands on it."""
    comment = directive.comment
    if comment.is_alone and comment.line < source.lines:
        return Span(source.start(comment.line), source.start(comment.line + 1))
    code = source.text[source.start(comment.line) : comment.span.start].rstrip()
    return Span(source.start(comment.line) + len(code), comment.span.end)

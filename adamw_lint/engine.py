"""The straight line: a source is parsed, checked, silenced where asked, sorted, and fixed until nothing applies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adamw_lint.errors import DefectError, UnparsableError, UnreadableError
from adamw_lint.own import knowing
from adamw_lint.read.documents import programs
from adamw_lint.settings import Settings

if TYPE_CHECKING:  # most files end with the prefilter, so that what comes after it is imported where it is needed
    from adamw_lint.diagnostics import Diagnostic
    from adamw_lint.fix.rounds import Fixed
    from adamw_lint.model.module import Module
    from adamw_lint.read.source import Source


def read(path: str, settings: Settings) -> tuple[Source, ...]:
    """The programs of the file at a path, none where its bytes show that nothing in it concerns us.

    Raises UnreadableError, or UnparsableError where the file is not what its name says.
    """
    return sources_of(bytes_of(path), path, settings)


def bytes_of(path: str) -> bytes:
    """The bytes of a file, read by as few system calls as there can be; raises UnreadableError."""
    try:
        with open(path, "rb", buffering=0) as file:
            return file.readall()
    except (OSError, ValueError) as error:
        raise UnreadableError(f"cannot be read: {getattr(error, 'strerror', None) or error}", path) from error


def sources_of(data: bytes, path: str, settings: Settings) -> tuple[Source, ...]:
    """The programs that the bytes of a file hold, none where they show that nothing in it concerns us."""
    with knowing(settings.optimizers):
        return programs(data, path)


def lint(source: Source, settings: Settings) -> list[Diagnostic]:
    """The findings of a source, sorted by place; raises UnparsableError, or DefectError where a check crashes."""
    from adamw_lint.read.comments import audible

    with knowing(settings.optimizers):
        module = _parse(source)
        found = {each for rule in sorted(settings.rules(source.path)) for each in _run(rule, module, source)}
    classified = [_classify(each, settings) for each in audible(source, list(found))]
    return sorted(classified, key=lambda each: (each.span, each.rule, each.message))


def _parse(source: Source) -> Module:
    import libcst

    from adamw_lint.model.module import Module
    from adamw_lint.read.depth import too_deep

    if too_deep(source.text):
        raise UnparsableError("nested too deeply to be read", source.path)
    try:
        return Module.of(source)
    except libcst.ParserSyntaxError as error:
        raise _unparsable(source, (error.editor_line, error.editor_column)) from error
    except Exception as error:
        raise _crash("reading the file", source, error) from error


def _unparsable(source: Source, place: tuple[int, int]) -> UnparsableError:
    import ast
    import warnings

    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse(source.text)
    except SyntaxError as error:  # Python's own words are the ones that people know
        return UnparsableError(
            f"syntax error: {error.msg}", source.path, (error.lineno or 1, max(error.offset or 1, 1))
        )
    except (ValueError, RecursionError, MemoryError):
        pass
    return UnparsableError("syntax error", source.path, place)


def _run(rule: str, module: Module, source: Source) -> list[Diagnostic]:
    from adamw_lint.checks import CHECKS

    try:
        return list(CHECKS[rule](module))
    except Exception as error:
        raise _crash(rule, source, error) from error


def _crash(what: str, source: Source, error: Exception) -> DefectError:
    return DefectError(f"{what} crashed ({type(error).__name__}: {error})".replace("\n", " "), source.path)


def _classify(diagnostic: Diagnostic, settings: Settings) -> Diagnostic:
    if diagnostic.fix is None:
        return diagnostic
    from dataclasses import replace

    safety = settings.safety(diagnostic.rule, diagnostic.fix.safety)
    return replace(diagnostic, fix=replace(diagnostic.fix, safety=safety))


def fix(source: Source, settings: Settings, unsafe: bool = False) -> Fixed:
    """Lint and apply until nothing more applies; a fix that would do harm is dropped and its finding remains.

    Raises what `lint` raises on the source as it is; every text after that was verified.
    """
    from adamw_lint.diagnostics import Safety
    from adamw_lint.fix.rounds import fix_all

    allowed = set(Safety) if unsafe else {Safety.SAFE}
    return fix_all(source, lambda each: lint(each, settings), lambda each: each.safety in allowed)

"""The straight line: a source is parsed, checked, silenced where asked, sorted, and fixed until nothing applies."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING

from adamw_lint.errors import DefectError, LintError, PluginError, UnparsableError, UnreadableError
from adamw_lint.read.documents import largest, programs
from adamw_lint.stated import knowing

if TYPE_CHECKING:  # most files end with the prefilter, so that what comes after it is imported where it is needed
    from collections.abc import Callable
    from typing import TypeAlias

    from adamw_lint.diagnostics import Diagnostic
    from adamw_lint.fixes.fixed import Fixed
    from adamw_lint.fixes.rounds import Confirm, News
    from adamw_lint.model.configured.configuration import Configuration
    from adamw_lint.model.module import Module
    from adamw_lint.read.source import Source
    from adamw_lint.settings import Settings
    from adamw_lint.suppress.suppressions import Ledger

    Model: TypeAlias = Module | Configuration

_MOST_SAID = 300  # characters of what a crash says


def read(path: str, settings: Settings) -> tuple[Source, ...]:
    """The programs of the file at a path, none where its bytes show that nothing in it concerns us.

    Raises UnreadableError, or UnparsableError where the file is not what its name says.
    """
    return sources_of(bytes_of(path), path, settings)


def bytes_of(path: str) -> bytes:
    """The bytes of a file, none of one that is too large to be looked at; raises UnreadableError."""
    most = largest(path)
    try:
        if most != math.inf and os.stat(path).st_size > most:
            return b""
        with open(path, "rb", buffering=0) as file:
            return file.readall()
    except (OSError, ValueError) as error:
        raise UnreadableError(f"cannot be read: {getattr(error, 'strerror', None) or error}", path) from error


def sources_of(data: bytes, path: str, settings: Settings) -> tuple[Source, ...]:
    """The programs that the bytes of a file hold, none where they show that nothing in it concerns us.

    Raises UnreadableError, UnparsableError, or DefectError where a reader crashes.
    """
    with knowing(settings.own):
        try:
            return programs(data, path)
        except LintError:
            raise
        except Exception as error:
            raise DefectError(_told("reading the file", error), path) from error


def lint(source: Source, settings: Settings) -> list[Diagnostic]:
    """The findings of a source, sorted by place; raises UnparsableError, or DefectError where a check crashes."""
    return examined(source, settings)[1]


def examined(source: Source, settings: Settings) -> tuple[Model, list[Diagnostic]]:
    """The model of a source and its findings; raises what `lint` raises."""
    from adamw_lint.pages import pages
    from adamw_lint.suppress.suppressions import Ledger, named

    on = settings.rules(source.path)
    about_comments = {rule for rule in on if pages()[rule].about_comments}
    # What a comment names is looked for in any case: whether it silences something is no matter of what is selected.
    asked = on | named(source) if about_comments else on
    looked_for = {rule for rule in asked if not pages()[rule].about_comments}
    with knowing(settings.own):
        module = _parse(source)
        found = {each for rule in sorted(looked_for) for each in _run(rule, module, source)}
    ledger = Ledger.of(source, found)
    spoken = {each for rule in about_comments for each in _run_on_comments(rule, ledger)}
    heard = ledger.audible({each for each in found if each.rule in on} | spoken)
    classified = [_classify(_within_file(each, source), settings) for each in heard]
    return module, sorted(classified, key=lambda each: (each.span, each.rule, each.message))


def _parse(source: Source) -> Model:
    from adamw_lint.read.source import PYTHON

    if source.language != PYTHON:
        from adamw_lint.model.configured.configuration import Configuration

        return Configuration(source)
    import libcst

    from adamw_lint.memory import collect_now
    from adamw_lint.model.module import Module
    from adamw_lint.read.depth import too_deep
    from adamw_lint.read.syntax import refuse_too_long

    collect_now()
    refuse_too_long(source.text, source.path)
    if too_deep(source.text):
        raise UnparsableError("nested too deeply to be read", source.path)
    try:
        return Module.of(source)
    except libcst.ParserSyntaxError as error:
        raise _unparsable(source, (error.editor_line, error.editor_column)) from error
    except (libcst.CSTValidationError, libcst.CSTLogicError) as error:  # `"a" b"b"`, `t"" t""`
        raise _unparsable(source, (1, 1)) from error
    except Exception as error:
        raise _crash("reading the file", source, error) from error


def _unparsable(source: Source, place: tuple[int, int]) -> UnparsableError:
    from adamw_lint.read.syntax import tree_of

    try:
        tree_of(source.text)
    except SyntaxError as error:  # Python's own words are the ones that people know
        return UnparsableError(
            f"syntax error: {error.msg}", source.path, (error.lineno or 1, max(error.offset or 1, 1))
        )
    except (ValueError, RecursionError, MemoryError):
        pass
    return UnparsableError("syntax error", source.path, place)


def _run(rule: str, module: Model, source: Source) -> list[Diagnostic]:
    from adamw_lint.checks import findings

    return _unless_it_crashes(rule, source, lambda: list(findings(rule, module)))


def _run_on_comments(rule: str, ledger: Ledger) -> list[Diagnostic]:
    from adamw_lint.checks import COMMENT_CHECKS

    return _unless_it_crashes(rule, ledger.source, lambda: list(COMMENT_CHECKS[rule](ledger)))


def _unless_it_crashes(rule: str, source: Source, check: Callable[[], list[Diagnostic]]) -> list[Diagnostic]:
    from adamw_lint.pages import pages

    try:
        return check()
    except (PluginError, UnparsableError):
        raise
    except Exception as error:
        raise _crash(rule, source, error, pages()[rule].plugin) from error


def _crash(what: str, source: Source, error: Exception, plugin: object = None) -> DefectError:
    return DefectError(_told(what, error), source.path, plugin=plugin)


def _told(what: str, error: Exception) -> str:
    """What crashed, in one line; of a piece of a program, which may be all of it, only what it is is told."""
    is_plain = all(isinstance(each, (str, int, float)) for each in error.args)
    said = str(error) if is_plain else ", ".join(type(each).__name__ for each in error.args)
    return f"{what} crashed ({type(error).__name__}: {' '.join(said.split())[:_MOST_SAID]})"


def _within_file(diagnostic: Diagnostic, source: Source) -> Diagnostic:
    """The finding without a fix that its file cannot take, as where that would leave a cell."""
    if diagnostic.fix is None or source.layout is None:
        return diagnostic
    from dataclasses import replace

    from adamw_lint.fixes.apply import edited, edits_of

    try:
        edited(source, edits_of([diagnostic]))
    except LintError:
        return replace(diagnostic, fix=None)
    return diagnostic


def _classify(diagnostic: Diagnostic, settings: Settings) -> Diagnostic:
    if diagnostic.fix is None:
        return diagnostic
    from dataclasses import replace

    if diagnostic.rule in settings.unfixable:
        return replace(diagnostic, fix=None)
    safety = settings.safety(diagnostic.rule, diagnostic.fix.safety)
    return replace(diagnostic, fix=replace(diagnostic.fix, safety=safety))


def fix(
    source: Source,
    settings: Settings,
    unsafe: bool = False,
    news: News | None = None,
    confirm: Confirm | None = None,
) -> Fixed:
    """Lint and apply until nothing more applies; a fix that would do harm is dropped and its finding remains.

    Only what `news` lets through of the findings is fixed, and that only where `confirm` says yes to the two texts.
    Raises what `lint` raises on the source as it is; every text after that was verified.
    """
    from adamw_lint.diagnostics import Safety
    from adamw_lint.fixes.rounds import always, everything, fix_all

    allowed = set(Safety) if unsafe else {Safety.SAFE}

    def wanted(now: Source, found: list[Diagnostic]) -> list[Diagnostic]:
        return [each for each in (news or everything)(now, found) if each.fix and each.fix.safety in allowed]

    return fix_all(source, lambda each: lint(each, settings), wanted, confirm or always)

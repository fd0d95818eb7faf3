"""Asks the check of a plug-in, and believes nothing that it answers until it has been looked at."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import import_module

from adamw_lint import plugin as public
from adamw_lint.diagnostics import Diagnostic, Span
from adamw_lint.model.module import Module
from adamw_lint.pages import Page, pages
from adamw_lint.plugged.installed import Plugin
from adamw_lint.plugged.pages import module_of

Check = Callable[[public.Module], Iterable[Diagnostic]]


def findings(page: Page, module: Module) -> Iterator[Diagnostic]:
    """What the check of a plug-in's page finds; raises PluginError where it cannot be had, ValueError where it errs."""
    assert page.plugin is not None
    check = _check(page.name, page.plugin)
    try:
        answered = list(check(public.Module(module)))
    except SystemExit as error:
        raise ValueError("it asks for an exit") from error
    for each in answered:
        if fault := _fault(each, page, len(module.source.text)):
            raise ValueError(fault)
        yield each


@cache
def _check(rule: str, plugin: Plugin) -> Check:
    name = f"{plugin.package}.{module_of(rule)}"
    try:
        found = import_module(name)
    except (Exception, SystemExit) as error:
        said = f"{type(error).__name__}: {error}".replace("\n", " ")
        raise plugin.broken(f"`{name}` cannot be imported ({said})") from error
    check: Check | None = getattr(found, "check", None)
    if not callable(check):
        raise plugin.broken(f"`{name}` has no function `check`")
    return check


def _fault(answer: object, page: Page, length: int) -> str:
    """What is wrong with one answer; empty where nothing is."""
    if not isinstance(answer, Diagnostic):
        return f"it yields {type(answer).__name__}, not Diagnostic"
    if answer.rule != page.name:
        return f"it yields a finding of `{answer.rule}`"
    edits = answer.fix.edits if answer.fix is not None else ()
    spans = [answer.span, *(label.span for label in answer.labels), *(edit.span for edit in edits)]
    if not all(isinstance(each, Span) and 0 <= each.start <= each.end <= length for each in spans):
        return "it yields a place that is not in the program"
    unknown = [rule for rule in (answer.fix.uncovers if answer.fix is not None else ()) if rule not in pages()]
    return f"its fix uncovers `{unknown[0]}`, which is no rule" if unknown else ""

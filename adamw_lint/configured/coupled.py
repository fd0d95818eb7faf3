"""Finds settings that hand a decay to an optimizer of the adam family which takes it through its adaptive step."""

from collections.abc import Iterator
from pathlib import Path

from adamw_lint import claims
from adamw_lint.configured.edits import add_entry, is_resumed, replace_value, said
from adamw_lint.diagnostics import Diagnostic, Edit, Fix, Label, Safety
from adamw_lint.manual import Manual
from adamw_lint.model.configured.configuration import Configuration, Configured
from adamw_lint.model.constructions import ZERO
from adamw_lint.model.horizon import acts, plain
from adamw_lint.model.worth import UNKNOWN, Number
from adamw_lint.read.declared import declares_older
from adamw_lint.read.nodes import Entry
from adamw_lint.rulebook import Coupling, Family, Optimizer, optimizers_by_path
from adamw_lint.signatures import parameters

RULE = "coupled-decay"


def check(settings: Configuration) -> Iterator[Diagnostic]:
    """One finding for each decay that settings hand to a coupled optimizer of the adam family."""
    for built in settings.constructions:
        is_coupled = built.optimizer.family is Family.ADAM and built.coupling is Coupling.COUPLED
        if is_coupled and built.written is not None and built.decay not in (None, ZERO, UNKNOWN):
            yield _finding(settings, built, built.written)


def _finding(settings: Configuration, built: Configured, written: Entry) -> Diagnostic:
    decay = f"`{settings.text(written.span)}`"
    how_long = horizon(settings, built)
    try:
        fix, reason = _fix(settings, built, written, claims.decoupled_now(decay, how_long)), ""
    except Manual as manual:
        fix, reason = None, f"; by hand, because {manual.reason}"
    help_ = claims.remedy(built.optimizer, said(settings, built.optimizer.switch or "", "true"), how_long) + reason
    label = Label(built.named, claims.builds_coupled(built.optimizer))
    return Diagnostic(RULE, written.span, claims.coupled(f"{decay} goes", built.optimizer), help_, (label,), fix)


def horizon(settings: Configuration, built: Configured) -> str:
    """A clause that says over how many steps the decay acts once it is decoupled."""
    rate = built.rate
    eta = settings.number(rate, built.root)
    factor = built.decay.value if isinstance(built.decay, Number) else None
    if rate is None or eta is None:
        return acts(None, "", factor)
    written = settings.text(rate.value.span)
    return acts(eta.value, written if written[:1].isdigit() else plain(eta.value), factor)


def _fix(settings: Configuration, built: Configured, written: Entry, advice: str) -> Fix:
    optimizer = built.optimizer
    if built.elsewhere is not None:
        raise Manual(f"the class is named in `{_shown(built.elsewhere)}`")
    replacement = optimizers_by_path()[optimizer.replacement] if optimizer.replacement else None
    if replacement is None and optimizer.switch is None:
        raise Manual("this changes which optimizer is used")
    if built.penalised:
        raise Manual("its decay is a penalty object here, which other optimizers do not take")
    loaded = is_resumed(settings)
    if replacement is not None and set(built.arguments) <= parameters(replacement.signature)[1]:
        title, edit = f"build `{replacement.name}` instead", _renamed(settings, built, replacement)
        return Fix(title, (edit,), Safety.UNSAFE if loaded else Safety.SAFE, claims.UNCOVERED, advice)
    if optimizer.switch is None:
        raise Manual(f"`{optimizer.replacement}` does not take all that is given here")
    if loaded:
        raise Manual("an old state of this optimizer, which is loaded here, undoes the switch")
    edit = _switched(settings, built, written, optimizer.switch)
    return Fix(f"pass `{said(settings, optimizer.switch, 'true')}`", (edit,), Safety.SAFE, claims.UNCOVERED, advice)


def _shown(path: Path) -> str:
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


def _renamed(settings: Configuration, built: Configured, replacement: Optimizer) -> Edit:
    if any(each.named == built.named and each.written is None for each in settings.constructions):
        raise Manual("the same name stands for an optimizer whose decay is not written")
    word = built.schema.word(replacement, built.text)
    if word is None:
        raise Manual(f"no name of `{replacement.name}` is known here")
    if not built.schema.renames:
        raise Manual(f"not every version of `{built.schema.name}` knows `{word}`")
    return Edit(built.named, word)


def _switched(settings: Configuration, built: Configured, written: Entry, switch: str) -> Edit:
    library, since = built.optimizer.name.partition(".")[0], built.optimizer.since
    if since and declares_older(settings.source.path, library, since):
        raise Manual(f"`{switch}` needs {library} {since}, and the project declares an older one")
    if any(each.holder is built.holder for each in settings.constructions if each is not built):
        raise Manual("another optimizer is given the same arguments")
    if (given := built.arguments.get(switch)) is not None:
        return replace_value(given, "true")
    if not built.schema.hands_on:
        raise Manual(f"not every version of `{built.schema.name}` hands `{switch}` on")
    return add_entry(settings, built.holder, written, switch, "true")

"""What a program builds, as rows: which optimizer of the Adam family or with a decoupled decay, and how it decays."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adamw_lint.checks.decayed_norms import WAYS
from adamw_lint.corpus.records import CONSTRUCTION, Record
from adamw_lint.diagnostics import Diagnostic, Span
from adamw_lint.model.configured.configuration import Configuration, Configured
from adamw_lint.model.constructions import ZERO, Construction
from adamw_lint.model.module import Module
from adamw_lint.model.worth import Number
from adamw_lint.read.telltales import is_telling
from adamw_lint.rulebook import Coupling, Optimizer, framework_of
from adamw_lint.sparing.groups import is_written_with_zero


@dataclass(frozen=True, slots=True)
class Built:
    """An optimizer that is built or chosen at a place; `record` holds what is known of it, and not yet the place."""

    span: Span
    named: Span
    optimizer: Optimizer
    record: Record


def built(model: Module | Configuration) -> tuple[Built, ...]:
    """Those of which the prefilter lets every file through, so that they are all there to be counted."""
    found = map(_chosen, model.constructions) if isinstance(model, Configuration) else _called(model)
    return tuple(each for each in found if is_telling(each.optimizer))


def _called(module: Module) -> Iterator[Built]:
    for each in module.constructions:
        argument = each.decay_argument
        record = _record(each.optimizer, each.coupling, each.decay)._replace(
            decay_written=module.text(argument.value) if argument is not None else None,
            is_default=_is_default(each),
            is_excluding=_is_excluding(module, each),
        )
        yield Built(module.span(each.call), module.span(each.class_name), each.optimizer, record)


def _chosen(each: Configured) -> Built:
    record = _record(each.optimizer, each.coupling, each.decay)._replace(
        decay_written=getattr(each.written.value, "text", None) if each.written is not None else None,
        is_default=each.written is None,
    )
    return Built(each.holder.span, each.named, each.optimizer, record)


def _record(optimizer: Optimizer, coupling: Coupling | None, decay: object) -> Record:
    return Record(
        CONSTRUCTION,
        optimizer=optimizer.name,
        framework=framework_of(optimizer),
        family=optimizer.family.value,
        kind=coupling.value if coupling is not None else "at run time",
        decay=float(decay.value) if isinstance(decay, Number) else None,
    )


def _is_default(each: Construction) -> bool | None:
    """Whether nothing is written of a decay, neither in the call nor in its groups; None where that is not known."""
    if each.decay_argument is not None or any(group.decay is not None for group in each.groups):
        return False
    is_known = each.arguments.complete and all(group.complete for group in each.groups)
    return True if is_known else None


def _is_excluding(module: Module, each: Construction) -> bool | None:
    """Whether something is spared from the decay; None where nothing decays or that is not known."""
    if each.decay == ZERO and not any(group.decay is not None for group in each.groups):
        return None
    if is_written_with_zero(module, each) or each.optimizer.exclusion_argument in each.arguments.by_name:
        return True
    way = WAYS.get(each.exclusion)
    return False if way is not None and way(module, each) is not None else None


def about(finding: Diagnostic, known: Sequence[Built]) -> Record | None:
    """What is known of the optimizer that a finding is about: the one within which it, or what it points to, stands."""
    spans = (finding.span, *(label.span for label in finding.labels))
    near = [each for each in known if any(_meet(span, each) for span in spans)]
    said = " ".join([finding.message, *(label.text for label in finding.labels)])
    ranked = sorted(near, key=lambda each: (each.optimizer.short_name not in said, each.span.end - each.span.start))
    return ranked[0].record if ranked else None


def _meet(span: Span, each: Built) -> bool:
    return (each.span.start <= span.start and span.end <= each.span.end) or span == each.named

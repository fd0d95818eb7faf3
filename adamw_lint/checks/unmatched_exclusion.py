"""Finds exclusions by name that do not spare the norms and biases which they speak of."""

from collections.abc import Iterable, Iterator

import libcst as cst

from adamw_lint.diagnostics import Diagnostic, Fix, Label, Safety
from adamw_lint.fixes.exclusions import Remedy, remedy, rewritten
from adamw_lint.manual import Manual
from adamw_lint.model.grouping.exclusions import Exclusion, Miss, exclusions, means, miss
from adamw_lint.model.grouping.predicates import Test, Written
from adamw_lint.model.module import Module
from adamw_lint.model.parameters.tensors import Role

RULE = "unmatched-exclusion"
_SHOWN = 3  # parameters that a message names
_CALLED = {Role.NORM: "norm", Role.BIAS: "bias"}


def check(module: Module) -> Iterator[Diagnostic]:
    """One finding for each list of texts, at the text that matches nothing, or at the test."""
    seen: set[cst.CSTNode] = set()
    for exclusion in exclusions(module.partitions) if not module.adapts else ():
        found = miss(exclusion, module.inventory)
        place = _place(module, found) if found is not None else None
        if found is None or place is None or place in seen or (found.missed and module.usage.freezes()):
            continue
        seen.add(place)
        yield _finding(module, found, place)


def _place(module: Module, found: Miss) -> cst.BaseExpression | None:
    """The text that matches nothing, the test where all of them do or cannot; None where that is another file's."""
    first = found.exclusion.tests[0].node
    naming = [(test.node, node) for test in found.exclusion.tests for text, node in test.texts if _names(found, text)]
    test, text = naming[0] if naming else (first, None)
    is_text = isinstance(text, cst.SimpleString) and not (_is_whole(found.exclusion.tests[0]) or found.some_spared)
    places = (text if is_text else None, test, first)
    return next((each for each in places if each is not None and module.owns(each)), None)


def _names(found: Miss, text: str) -> bool:
    """Whether a text speaks of what is missed, a norm or a bias."""
    return means(text) is found.role


def _is_whole(test: Written) -> bool:
    return test.test is Test.EQUALS


def _finding(module: Module, found: Miss, place: cst.BaseExpression) -> Diagnostic:
    complete = [each for each in module.inventory.of(found.exclusion.kept.root) if each.is_known]
    how = remedy(found, tuple(complete))
    try:
        fix, reason = _fix(module, found, how), ""
    except Manual as manual:
        fix, reason = None, f"; by hand, because {manual.reason}"
    message, help_ = _message(module, found, place), _help(module, found, how) + reason
    return Diagnostic(RULE, module.span(place), message, help_, _labels(module, found.exclusion), fix)


def _message(module: Module, found: Miss, place: cst.BaseExpression) -> str:
    model, kind = module.excerpt(found.exclusion.kept.root), _CALLED[found.role]
    of = _listed([f'"{each.label}"' for each in found.holdings], _SHOWN)
    of = f"of `{model}`" if not found.holdings or not found.holdings[0].label else f"for {of}"
    decayed = _listed([each.name for each in found.missed], _SHOWN)
    verb = "decays" if len(found.missed) == 1 else "decay"
    if _is_whole(found.exclusion.tests[0]):
        end = f", so {'not all' if found.some_spared else 'nothing'} {of} is spared"
        return f"`{module.excerpt(place)}` compares whole names{end}" + (f": {decayed} {verb}" if decayed else "")
    if found.some_spared:
        return f"`{module.excerpt(place)}` spares some of the {_plural(kind)} {of}, while {decayed} {verb}"
    if not all(each.complete for each in found.holdings):
        who = "it" if len(found.missed) == 1 else "they"
        return f"`{module.excerpt(place)}` does not match {decayed}, so {who} {verb}"
    return f"`{module.excerpt(place)}` matches no {kind} {of}, so {decayed} {verb}"


def _plural(kind: str) -> str:
    return {"norm": "norms", "bias": "biases"}[kind]


def _listed(names: Iterable[str], shown: int) -> str:
    """`a`, `b` and 3 more."""
    every = [f"`{name}`" for name in names]
    first, rest = every[:shown], len(every) - shown
    if rest > 0:
        return f"{', '.join(first)} and {rest} more"
    return " and ".join([", ".join(first[:-1]), first[-1]] if len(first) > 1 else first)


def _help(module: Module, found: Miss, how: Remedy | None) -> str:
    texts = [f"`{module.quote}{text}{module.quote}`" for text in how.texts] if how else []
    added = f"add {' and '.join(texts)} to its texts" if texts else ""
    if how is not None and how.by_dimensions:
        return "test `p.ndim < 2` instead"
    if _is_whole(found.exclusion.tests[0]):
        name = module.line(found.exclusion.tests[0].name)
        search = f"look for each text within the name, with `any(nd in {name} …)`"
        return f"{search}, and {added}" if added else search
    return added or "name the norms as the model does, or spare what has `p.ndim < 2`"


def _labels(module: Module, exclusion: Exclusion) -> tuple[Label, ...]:
    decay, built = exclusion.group.decay, exclusion.partition.built
    try:
        if decay is not None:
            return (Label(module.span(decay.node), "decays them"),)
        if built is None:
            return ()
        if built.decay_argument is not None:
            return (Label(module.span(built.decay_argument.node), "decays them"),)
        return (Label(module.span(built.class_name), f"its default decay is {built.optimizer.default}"),)
    except Manual:  # it stands in another file
        return ()


def _fix(module: Module, found: Miss, how: Remedy | None) -> Fix:
    exclusion = found.exclusion
    holdings = module.inventory.of(exclusion.kept.root)
    if len(holdings) > 1:
        raise Manual("which model it is is known only at run time")
    if not all(each.complete for each in holdings):
        raise Manual("not all names of its parameters are known")
    if how is None:
        raise Manual("no short text tells its norms from its weights")
    edits = rewritten(module, found, how)
    safety = Safety.UNSAFE if module.usage.state_is_loaded(exclusion.partition.built) else Safety.SAFE
    names = _listed([each.name for each in found.missed], _SHOWN)
    advice = f"no longer decayed in `{module.excerpt(exclusion.kept.root)}`: {names}"
    return Fix(_title(module, found, how), edits, safety, (), advice)


def _title(module: Module, found: Miss, how: Remedy) -> str:
    if how.by_dimensions:
        return "test the number of dimensions"
    if how.within:
        return "look for the texts within the names"
    return f"add {' and '.join(f'`{module.quote}{text}{module.quote}`' for text in how.texts)}"

"""Rewrites an exclusion by name so that it spares every norm scale and bias of the model, and no weight more."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import libcst as cst

from adamw_lint.diagnostics import Edit
from adamw_lint.fixes.edits import insert_after, replace, rewrite_string
from adamw_lint.manual import Manual
from adamw_lint.model.grouping.exclusions import Exclusion, Miss, asks_whole_names, display_of, exclusions, means, takes
from adamw_lint.model.grouping.predicates import Test, Written
from adamw_lint.model.module import Module
from adamw_lint.model.parameters.inventory import Holding
from adamw_lint.model.parameters.tensors import Role, Tensor
from adamw_lint.model.scopes import Kind
from adamw_lint.model.tree import descendants

Matches = Callable[[Tensor], bool]


@dataclass(frozen=True, slots=True)
class Remedy:
    """What mends an exclusion: texts to add to its list, a search for texts within names, or a test of dimensions."""

    texts: tuple[str, ...] = ()
    within: bool = False
    by_dimensions: bool = False


def remedy(miss: Miss, holdings: tuple[Holding, ...]) -> Remedy | None:
    """The smallest change that is right for every parameter that is known; None where none of ours is."""
    exclusion = miss.exclusion
    tensors = [tensor for holding in holdings for tensor in holding.tensors]
    texts = [text for test in exclusion.tests for text, _ in test.texts]
    is_whole = all(test.test is Test.EQUALS for test in exclusion.tests)
    is_within = all(test.test is Test.CONTAINS for test in exclusion.tests)
    if not (is_whole or is_within) or not asks_whole_names(exclusion):
        return _by_dimensions(exclusion, tensors)
    for more in ((), _chosen(exclusion, tensors, texts)) if tensors else ():
        if (more or is_whole) and _is_right(exclusion, tensors, _within([*texts, *more])):
            return Remedy(more, within=is_whole)
    return _by_dimensions(exclusion, tensors)


def _within(texts: list[str]) -> Matches:
    return lambda tensor: any(text in tensor.name for text in texts)


def _by_dimensions(exclusion: Exclusion, tensors: list[Tensor]) -> Remedy | None:
    if any(tensor.ndim is None for tensor in tensors) or not tensors:
        return None
    is_small: Matches = lambda tensor: tensor.ndim is not None and tensor.ndim < 2  # noqa: E731
    return Remedy(by_dimensions=True) if _is_right(exclusion, tensors, is_small) else None


def _is_right(exclusion: Exclusion, tensors: list[Tensor], matches: Matches) -> bool:
    """Whether a list that matches so spares all that it means to spare, and of the weights just those of before."""
    for tensor in tensors:
        is_spared = takes(exclusion.kept, tensor, exclusion.tests, matches(tensor)) is False
        if tensor.role is Role.WEIGHT and is_spared is not exclusion.spares(tensor):
            return False
        is_meant = exclusion.means_norms if tensor.role is Role.NORM else exclusion.means_biases
        if tensor.role is not Role.WEIGHT and is_meant and not is_spared:
            return False
    return True


def _chosen(exclusion: Exclusion, tensors: list[Tensor], texts: list[str]) -> tuple[str, ...]:
    """Few and short texts that stand in the names of all that is missed, and in that of no weight that decays."""
    weights = [each.name for each in tensors if each.role is Role.WEIGHT and not exclusion.spares(each)]
    roles = {Role.NORM: exclusion.means_norms, Role.BIAS: exclusion.means_biases, Role.WEIGHT: False}
    left = [each.name for each in tensors if roles[each.role] and exclusion.misses(each)]
    left = [name for name in left if not any(text in name for text in texts)]
    found: list[str] = []
    while left:
        candidates = [text for name in left for text in _parts(name) if not any(text in other for other in weights)]
        if not candidates:
            return ()
        found.append(max(candidates, key=lambda text: (sum(text in name for name in left), len(text), text)))
        left = [name for name in left if found[-1] not in name]
    return tuple(found)


def _parts(name: str) -> Iterator[str]:
    """The parts of a parameter's name that speak of a norm: of `h.0.ln_1.weight` these are `ln_1` and `ln_`."""
    owner, _, leaf = name.rpartition(".")
    component = owner.rpartition(".")[2]
    starts = [0, *(index + 1 for index, letter in enumerate(component) if letter == "_")]
    ends = [len(component), *(index for index in range(1, len(component)) if _is_end(component, index))]
    for part in (*(component[start:end] for start in starts for end in ends if start < end), leaf):
        if means(part) is Role.NORM:
            yield part


def _is_end(component: str, index: int) -> bool:
    return component[index - 1] == "_" or (component[index].isdigit() and not component[index - 1].isdigit())


def rewritten(module: Module, miss: Miss, how: Remedy) -> tuple[Edit, ...]:
    """The edits that a remedy takes; raises Manual."""
    exclusion = miss.exclusion
    shared = [each for each in exclusions(module.partitions) if _share(each, exclusion)]
    _require_same(module, shared, exclusion)
    tests: dict[cst.CSTNode, Written] = {
        test.node: test for each in shared for pick in _picks(each) for test in pick if _is_in(test, exclusion)
    }
    edits: list[Edit] = []
    if how.by_dimensions:
        return tuple(dict.fromkeys(_dimensions(module, test, tests) for test in tests.values()))
    display = display_of(exclusion)
    if how.within:
        edits += [_searched(module, test) for test in tests.values()]
    if how.texts and display is None:
        return tuple(_exchanged(module, miss, how, list(tests.values())))
    if how.texts:
        if not isinstance(display, (cst.List, cst.Tuple, cst.Set)) or not display.elements:
            raise Manual("the texts stand in no list of their own")
        _require_own(module, display, list(tests.values()))
        last = display.elements[-1]
        quote = last.value.quote if isinstance(last.value, cst.SimpleString) else module.quote
        edits.append(insert_after(module, last.value, ", ".join(f"{quote}{text}{quote}" for text in how.texts)))
    return tuple(edits)


def _exchanged(module: Module, miss: Miss, how: Remedy, tests: list[Written]) -> Iterator[Edit]:
    """Put the one new text in place of the one that matches nothing, in every test that stands for itself."""
    known = [tensor.name for holding in module.inventory.of(miss.exclusion.kept.root) for tensor in holding.tensors]
    dead = {text for test in tests for text, _ in test.texts if not any(text in name for name in known)}
    literals = {node: text for test in tests for text, node in test.texts if text in dead}
    if len(dead) != 1 or len(how.texts) != 1:
        raise Manual("the texts stand in no list of their own")
    for node in literals:
        if not isinstance(node, cst.SimpleString):
            raise Manual("the text is written elsewhere")
        yield rewrite_string(module, node, how.texts[0])


def _picks(exclusion: Exclusion) -> Iterator[tuple[Written, ...]]:
    for group in exclusion.partition.groups:
        yield from (pick.tests for pick in group.picks or ())


def _is_in(test: Written, exclusion: Exclusion) -> bool:
    """Whether a test is one of an exclusion's, in whichever of the groups it stands."""
    return any(test.test is own.test and _texts(test) == _texts(own) for own in exclusion.tests)


def _texts(test: Written) -> tuple[str, ...]:
    return tuple(text for text, _ in test.texts)


def _share(one: Exclusion, other: Exclusion) -> bool:
    """Whether two exclusions are tests with one list."""
    return one.partition is other.partition or not {test.listed for test in one.tests}.isdisjoint(
        {test.listed for test in other.tests} - {None}
    )


def _require_same(module: Module, shared: list[Exclusion], exclusion: Exclusion) -> None:
    """Raise Manual where the list serves another model as well, for which it may be right."""
    if any(each.kept.key != exclusion.kept.key for each in shared):
        raise Manual("the same list serves another model")


def _require_own(module: Module, display: cst.BaseExpression, tests: list[Written]) -> None:
    """Raise Manual where other code reads the list too."""
    names = [node for test in tests for node in descendants(test.node) if isinstance(node, cst.Name)]
    for name in names:
        binding = module.values.bound_once(name)
        if binding is None or binding.kind is not Kind.ASSIGN or binding.value is not display:
            continue
        reads = [node for node in module.survey.names[name.value] if binding in module.values.bindings(node)]
        if not all(any(module.survey.within(node, test.node) for test in tests) for node in reads):
            raise Manual("other code may read the same list")


def _searched(module: Module, test: Written) -> Edit:
    """`n not in texts` as `not any(nd in n for nd in texts)`."""
    node = test.node
    if not isinstance(node, cst.Comparison) or not isinstance(node.comparisons[0].operator, (cst.In, cst.NotIn)):
        raise Manual("one text is compared, not a list of them")
    name, texts = module.text(test.name), module.text(node.comparisons[0].comparator)
    said = {each.value for each in descendants(node) if isinstance(each, cst.Name)}
    variable = "nd" if "nd" not in said else "text"
    return replace(module, node, f"{'not ' if test.negated else ''}any({variable} in {name} for {variable} in {texts})")


def _dimensions(module: Module, test: Written, tests: Mapping[cst.CSTNode, Written]) -> Edit:
    """A test on names, with those that it is joined to, as one on the dimensions of the parameter of the same loop."""
    parameter = _parameter(module, test)
    if parameter is None:
        raise Manual("its loop gives the parameter no name of its own")
    if reason := module.dimensions_mislead():
        raise Manual(reason)
    whole: cst.CSTNode = test.node
    up = module.survey.parents[whole]
    while isinstance(up, cst.BooleanOperation) and _are_all(up, tests, test.negated):
        whole, up = up, module.survey.parents[up]
    if whole is test.node and isinstance(up, cst.BooleanOperation) and len(_inside(up, tests)) > 1:
        raise Manual("its test is joined to others")
    is_turned = isinstance(up, cst.UnaryOperation) and isinstance(up.operator, cst.Not)
    operator = ">=" if is_turned is not test.negated else "<"
    return replace(module, up if is_turned else whole, f"{parameter}.ndim {operator} 2")


def _inside(node: cst.CSTNode, tests: Mapping[cst.CSTNode, Written]) -> list[cst.CSTNode]:
    return [each for each in descendants(node) if each in tests]


def _are_all(node: cst.BaseExpression, tests: Mapping[cst.CSTNode, Written], negated: bool) -> bool:
    """Whether a condition is made of nothing but tests that say the same, or all of them say not."""
    if isinstance(node, cst.BooleanOperation):
        is_joined = isinstance(node.operator, cst.And) is negated
        return is_joined and _are_all(node.left, tests, negated) and _are_all(node.right, tests, negated)
    return node in tests and tests[node].negated is negated


def _parameter(module: Module, test: Written) -> str | None:
    """The `p` of `for n, p in …` where a test asks about n."""
    binding = module.values.bound_once(test.name)
    if binding is None or binding.kind is not Kind.LOOP or binding.index != 0:
        return None
    up = module.survey.parents.get(module.survey.parents.get(binding.node, binding.node))
    if not isinstance(up, cst.Tuple) or len(up.elements) != 2 or not isinstance(up.elements[1].value, cst.Name):
        return None
    return up.elements[1].value.value

"""Trees of parameters, as jax keeps them: which expression is one, and which is a leaf of one."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Frames, Place
from adamw_lint.model.losses.differentiated import Differentiated
from adamw_lint.model.losses.yielded import Penalised, Stream, Yield
from adamw_lint.model.scopes import Binding, Kind
from adamw_lint.model.survey import Survey
from adamw_lint.model.transformations import path_of
from adamw_lint.model.tree import index_of, method_call, positional, root_of, text_of, walked
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Number, Reference

_DEPTH = 10
_NOUGHT = Number(Decimal(0))


class Trees:
    """Answers for one surveyed program; silent (None) on what is not certainly a tree of parameters."""

    def __init__(self, survey: Survey, values: Values, frames: Frames, words: dict[str, Any]) -> None:
        self._survey = survey
        self._values = values
        self._frames = frames
        self._words = words
        self._differentiated = Differentiated(survey, values, frames, words)
        self._named = re.compile("|".join(words["tree_names"]), re.IGNORECASE)
        self._other = re.compile("|".join(words["not_trained"]), re.IGNORECASE)

    def stream(self, place: Place, depth: int = 0) -> Stream | None:
        """What an iterable yields of a tree: its leaves, alone or behind their names."""
        place = self._frames.resolve(place)
        node, words = place.node, self._words
        first = self._first(node)
        if isinstance(first, cst.Call):
            node = first
        if not isinstance(node, cst.Call):
            return None
        name, plain = self.called(node), positional(node)
        if (over := walked(node)) is not None and first is not node:
            of = self.tree(Place(over[0], place.frame), depth + 1)
            return Stream(Yield.NAMED_PARAMETER if over[1] else Yield.PARAMETER, of) if of is not None else None
        is_named = path_of(node, self._values) in words["tree_named"]
        is_pair = not is_named and (name.endswith("flatten") or name.startswith("tree_flatten"))
        if not plain or is_pair is not (first is node):
            return None
        yields = {
            name in words["tree_leaves"]: Yield.PARAMETER,
            name in words["tree_paths"] or is_named: Yield.NAMED_PARAMETER,
            name in words["tree_traversed"]: Yield.TRAVERSED,
        }.get(True)
        of = self.tree(Place(plain[0], place.frame), depth + 1) if yields is not None else None
        return Stream(yields, of) if yields is not None and of is not None else None

    def _first(self, node: cst.BaseExpression) -> cst.BaseExpression | None:
        """`f(x)` of `f(x)[0]`, and of the first name that a tuple is taken apart into."""
        if isinstance(node, cst.Subscript) and self._values.worth(index_of(node)) == _NOUGHT:
            return node.value
        binding = self._values.bound_once(node) if isinstance(node, cst.Name) else None
        is_first = binding is not None and binding.kind is Kind.UNPACK and binding.index == 0
        return binding.value if binding is not None and is_first else None

    def called(self, node: cst.BaseExpression) -> str:
        """The last name of the function of a library of trees that a call runs; empty where it runs none."""
        path = path_of(node, self._values) if isinstance(node, cst.Call) else ""
        return path.rpartition(".")[2] if path.partition(".")[0] in self._words["tree_roots"] else ""

    def leaf(self, place: Place, depth: int = 0) -> Penalised | None:
        """The parameters that an expression is: a leaf, or all of a tree in one vector."""
        place = self._frames.resolve(place)
        node = place.node
        first = self._first(node)
        if first is not None and self.called(first) in self._words["tree_flattened"]:
            return self.tree(Place(positional(first)[0], place.frame), depth + 1)  # type: ignore[arg-type]
        if isinstance(node, cst.Name):
            return self._named_leaf(node, place, depth)
        if isinstance(node, (cst.Subscript, cst.Attribute)):
            return self._inner_leaf(node, place)
        return None

    def _named_leaf(self, node: cst.Name, place: Place, depth: int) -> Penalised | None:
        binding = self._values.bound_once(node)
        if binding is None:
            return None
        if binding.kind is Kind.PARAMETER:
            mapped = self._mapped(binding, place, depth)
            is_named = self._named.search(node.value) is not None and self._is_differentiated(binding)
            return mapped or (Penalised(node, place, whole=True) if is_named else None)
        if binding.kind is Kind.LOOP and isinstance(binding.value, cst.Name):
            over = self._frames.resolve(Place(binding.value, place.frame)).node
            root = self._values.bound_once(over)
            if root is not None and self._is_differentiated(root):
                return Penalised(node, Place(over), whole=False)
        return None

    def _inner_leaf(self, node: cst.Subscript | cst.Attribute, place: Place) -> Penalised | None:
        """`params["dense"]["kernel"]`, `model.layers[0].weight` of what a gradient is taken by."""
        inner: cst.BaseExpression = node
        if isinstance(inner, cst.Attribute) and inner.attr.value == "value":
            inner = inner.value
        key = text_of(index_of(inner)) if isinstance(inner, cst.Subscript) else None
        key = inner.attr.value if isinstance(inner, cst.Attribute) else key
        root = root_of(inner)
        if root is inner or key not in self._words["tree_leaf_names"]:
            return None
        base = self._frames.resolve(Place(root, place.frame))
        binding = self._values.bound_once(base.node)
        is_tree = self.tree(Place(inner.value, place.frame)) is not None  # type: ignore[attr-defined]
        if not is_tree and not (binding is not None and self._is_differentiated(binding)):
            return None
        return Penalised(node, base, whole=False)

    def _is_differentiated(self, binding: Binding) -> bool:
        function = self._function(binding)
        names = self._differentiated.names(function) if function is not None else None
        return names is not None and binding.name in names

    def _function(self, binding: Binding) -> cst.CSTNode | None:
        """The function or lambda whose argument a binding is."""
        if binding.kind is not Kind.PARAMETER:
            return None
        return self._survey.scope(binding.node).node

    def _mapped(self, binding: Binding, place: Place, depth: int) -> Penalised | None:
        """The argument of a lambda that is run on the leaves of a tree."""
        function = self._function(binding)
        arg = self._survey.parents.get(function) if isinstance(function, cst.Lambda) else None
        call = self._survey.parents.get(arg) if isinstance(arg, cst.Arg) else None
        if not isinstance(call, cst.Call) or not isinstance(function, cst.Lambda):
            return None
        name, plain = self.called(call), positional(call)
        names = [param.name.value for param in function.params.params]
        at = names.index(binding.name) + 1 if binding.name in names else 0
        if name in self._words["tree_path_maps"] or name in self._words["tree_reductions"]:
            at -= 1  # the path, or what is summed so far, comes first
        elif name not in self._words["tree_maps"]:
            return None
        return self.tree(Place(plain[at], place.frame), depth + 1) if 0 < at < len(plain) else None

    def tree(self, place: Place, depth: int = 0) -> Penalised | None:
        """The parameters of a tree."""
        place = self._frames.resolve(place)
        node = place.node
        if depth > _DEPTH:
            return None
        if isinstance(node, cst.Name):
            return self._named_tree(node, place, depth)
        if isinstance(node, cst.Attribute):
            return Penalised(node, place, whole=True) if self._says_tree(node.attr.value) else None
        if isinstance(node, cst.Subscript):
            return self._item(node, place, depth)
        return self._called_tree(node, place, depth) if isinstance(node, cst.Call) else None

    def _says_tree(self, name: str) -> bool:
        return self._named.search(name) is not None and self._other.search(name) is None

    def _named_tree(self, node: cst.Name, place: Place, depth: int) -> Penalised | None:
        found = self._values.bindings(node)
        named = Penalised(node, place, whole=len(found) < 2) if self._says_tree(node.value) else None
        if len(found) != 1:
            return named
        binding = found[0]
        if binding.kind is Kind.PARAMETER:
            return self._argument(binding, node, place, named, depth)
        if binding.kind is Kind.UNPACK and binding.value is not None and self.called(binding.value):
            return self._part_of(binding, place, depth)
        if binding.kind is Kind.LOOP and (over := walked(binding.value)) is not None:  # a tree within a tree
            is_value = binding.index == (1 if over[1] else None)
            return self.tree(Place(over[0], place.frame), depth + 1) if is_value else None
        if binding.kind is not Kind.ASSIGN or binding.value is None:
            return named if binding.kind in (Kind.UNPACK, Kind.IMPORT) else None
        inner = self.tree(Place(binding.value, place.frame), depth + 1)
        is_made = self.called(binding.value) or isinstance(binding.value, cst.BinaryOperation)
        return inner or (None if is_made else named)

    def _argument(
        self, binding: Binding, node: cst.Name, place: Place, named: Penalised | None, depth: int
    ) -> Penalised | None:
        function = self._function(binding)
        known = self._differentiated.names(function) if function is not None else None
        if known is not None:
            return Penalised(node, place, whole=True) if binding.name in known else None
        return self._mapped(binding, place, depth) or named

    def _part_of(self, binding: Binding, place: Place, depth: int) -> Penalised | None:
        """A name that the parts of a model are taken apart into: arrays and the rest, the definition and its state."""
        call = binding.value
        assert isinstance(call, cst.Call)
        name, plain = self.called(call), positional(call)
        at = {"partition": 0, "split": 1}.get(name)
        if at is None or binding.index != at or not plain:
            return Penalised(place.node, place, whole=False) if self._says_tree(binding.name) and at is None else None
        return self._filtered(call, plain, place, depth)

    def _item(self, node: cst.Subscript, place: Place, depth: int) -> Penalised | None:
        key = text_of(index_of(node))
        base = self.tree(Place(node.value, place.frame), depth + 1)
        if base is not None:
            return replace(base, whole=base.whole and key in self._words["tree_keys"])
        return Penalised(node, place, whole=True) if key is not None and self._says_tree(key) else None

    def _called_tree(self, node: cst.Call, place: Place, depth: int) -> Penalised | None:
        name, plain, words = self.called(node), positional(node), self._words
        method = method_call(node)
        if name in words["tree_filters"] and plain:
            return self._filtered(node, plain, place, depth)
        if name in words["tree_unchanged"] and plain:
            return self.tree(Place(plain[0], place.frame), depth + 1)
        if not name and method is not None and method[1] in words["tree_unchanged"]:
            return self.tree(Place(method[0], place.frame), depth + 1)
        if not name and method is not None and method[1] in words["tree_methods"]:
            return Penalised(node, self._frames.resolve(Place(method[0], place.frame)), whole=not node.args)
        if name in (*words["tree_maps"], *words["tree_path_maps"]) and plain and isinstance(plain[0], cst.Lambda):
            return self._masked(plain[0].body, place, depth)
        return None

    def _masked(self, body: cst.BaseExpression, place: Place, depth: int) -> Penalised | None:
        """A tree whose leaves are multiplied by a mask, or replaced by a constant."""
        options = [body]
        if isinstance(body, cst.BinaryOperation) and isinstance(body.operator, cst.Multiply):
            options = [body.left, body.right]
        if isinstance(body, cst.IfExp):
            options = [body.body, body.orelse]
        found = [self.leaf(Place(each, place.frame), depth + 1) for each in options if isinstance(each, cst.Name)]
        known = next((each for each in found if each is not None), None)
        return replace(known, whole=known.whole and len(options) == 1) if known is not None else None

    def _filtered(self, call: cst.Call, plain: list[cst.BaseExpression], place: Place, depth: int) -> Penalised | None:
        """The arrays of a model; what a predicate of the program's own picks is a part of them."""
        targets = [self._values.worth(each) for each in plain[1:]]
        kinds = [each.path.rpartition(".")[2] for each in targets if isinstance(each, Reference)]
        if kinds and kinds[0] not in self._words["tree_kinds"]:
            return None
        model = plain[0]
        target = self._values.worth(call.func)
        if isinstance(target, Reference) and target.path.partition(".")[0] in self._words["tree_predicates_first"]:
            model = plain[-1]
        if not isinstance(model, (cst.Name, cst.Attribute)):
            return self.tree(Place(model, place.frame), depth + 1)
        said = model.value if isinstance(model, cst.Name) else model.attr.value
        if self._other.search(said) is not None:
            return None
        return Penalised(call, self._frames.resolve(Place(model, place.frame)), whole=bool(kinds) and len(plain) < 3)

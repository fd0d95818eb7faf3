"""The parameters of models that a library builds: `GPT2LMHeadModel.from_pretrained(…)`, `resnet50()`, and their kin."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import libcst as cst

from adamw_lint.model.frames import Frames
from adamw_lint.model.mappings import entries
from adamw_lint.model.parameters.replaced import Replaced
from adamw_lint.model.parameters.tensors import Tensor
from adamw_lint.model.parameters.wellknown import Tensors, automatic, classes, families, family_of_checkpoint
from adamw_lint.model.scopes import Binding, Kind
from adamw_lint.model.tree import dotted, keyword, method_call, positional
from adamw_lint.model.values import Values
from adamw_lint.model.worth import UNKNOWN, Choice, Nothing, Parameter, Reference, Text, Value, options_of
from adamw_lint.rulebook import models

_DEPTH = 24  # steps from a name to the call that builds the model


@dataclass(frozen=True, slots=True)
class Option:
    """One of the models that an expression may be, under the word that chooses it; None for one we do not know.

    `is_any` says that the word is chosen freely at run time, among the families that we know and others.
    """

    label: str
    tensors: Tensors | None
    is_any: bool = False


Options = tuple[Option, ...]


class Pretrained:
    """Reads the models of one surveyed file that the tables of `rules/models` know."""

    def __init__(self, values: Values, frames: Frames) -> None:
        self._survey = values.survey
        self._values = values
        self._frames = frames
        self._replaced = Replaced(values)
        self._open: list[object] = []

    def tensors(self, model: cst.BaseExpression) -> Tensors | None:
        """The parameters of a model, one for each kind of layer; None (UNKNOWN) where it is not surely one model."""
        found = {option.tensors for option in self.options(model)}
        return next(iter(found)) if len(found) == 1 else None

    def options(self, model: cst.BaseExpression) -> Options:
        """The models that an expression may be, as far as they are in sight; none where nothing is.

        A table of classes gives one option for each entry, under its key. An Auto class with a name known only at run
        time gives one for each family that we know, under the family's name, and may be others besides.
        """
        found = _distinct(self._read(model))
        return found if _is_known(found) else ()

    def _read(self, node: cst.BaseExpression) -> Options:
        if node in self._open or len(self._open) > _DEPTH:
            return ()
        self._open.append(node)
        try:
            if isinstance(node, cst.IfExp):
                return _either([self._read(node.body), self._read(node.orelse)])
            return self._call(node) if isinstance(node, cst.Call) else self._variable(node)
        finally:
            self._open.pop()

    def _variable(self, node: cst.BaseExpression) -> Options:
        """The model in a name or attribute, with the parts put in since it was built; or a part of a model."""
        bindings = [each for each in self._values.bindings(node) if not self._is_none(each) and each not in self._open]
        if not bindings:
            return self._part(node) if isinstance(node, cst.Attribute) else ()
        found = _either([self._bound(each) for each in bindings])
        return tuple(replace(each, tensors=self._replaced.applied(node, each.tensors)) for each in found)

    def _part(self, node: cst.Attribute) -> Options:
        """`model.bert` of a model that keeps its body there."""
        prefix = f"{node.attr.value}."
        return tuple(
            replace(each, tensors=_below(prefix, each.tensors))
            for each in self._read(node.value)
            if any(tensor.name.startswith(prefix) for tensor in each.tensors or ())
        )

    def _is_none(self, binding: Binding) -> bool:
        return isinstance(self._values.worth(binding.value), Nothing) and binding.kind is Kind.ASSIGN

    def _bound(self, binding: Binding) -> Options:
        self._open.append(binding)
        try:
            if binding.kind is Kind.ASSIGN and binding.value is not None:
                return self._read(binding.value)
            return self._given(binding) if binding.kind is Kind.PARAMETER else ()
        finally:
            self._open.pop()

    def _given(self, binding: Binding) -> Options:
        """What every call of the function in this file gives a parameter."""
        function = self._survey.function(binding.node)
        if function is None or binding.value is not None:
            return ()
        found = []
        for call in self._frames.calls_of(function):
            frame = self._frames.entered(call, None)
            given = frame.given.get(binding.name) if frame is not None else None
            found.append(self._read(given) if given is not None else ())
        return _either(found)

    def _call(self, call: cst.Call) -> Options:
        words, method = models("reading")["reading"], method_call(call)
        if method is not None and method[1] in words["loads"]:
            return self._loaded(call, method[0], from_configuration=method[1] != words["loads"][0])
        built = _either([self._built(call, label, value) for label, value in self._chosen(call.func)])
        if not _is_known(built) and method is not None and method[1] in words["unchanged"]:
            return self._read(method[0])
        return built if _is_known(built) else ()

    def _chosen(self, node: cst.BaseExpression) -> Iterator[tuple[str, Value]]:
        """The classes that an expression may be, each under its key in a table of classes, or under its own name."""
        binding = self._values.bound_once(node)
        table = binding.value if binding is not None and binding.kind in (Kind.ASSIGN, Kind.UNPACK) else node
        rows = list(entries(self._values, table, binding.index if binding is not None else None))
        yield from ((key, self._values.worth(value)) for key, value in rows)
        several = self._values.bindings(node) if not rows else []
        found = [self._values.bound(each) for each in several] if len(several) > 1 else [self._values.worth(node)]
        for value in found if not rows else ():
            for option in options_of(value) if not isinstance(value, Parameter) else (UNKNOWN,):
                yield (option.path.rpartition(".")[2] if isinstance(option, Reference) else ""), option

    def _built(self, call: cst.Call, label: str, value: Value) -> Options:
        """The model that a call of a class or a function builds."""
        if not isinstance(value, Reference):
            return (Option(label, None),)
        facts, plain = models("reading"), positional(call)
        if value.path in facts["wrappers"] and plain:
            prefix = facts["wrappers"][value.path]
            return tuple(replace(each, tensors=_under(prefix, each.tensors)) for each in self._read(plain[0]))
        if value.path in facts["builders"]:
            name = self._values.worth(plain[0] if plain else keyword(call, "model_name"))
            found = [self._named(facts["builders"][value.path], call, each) for each in options_of(name)]
            return _either([(each,) if each is not None else () for each in found])
        library = value.path.partition(".")[0]
        if library in facts["functions"] and facts["functions"][library] not in value.path:
            known = self._named(library, call, Text(value.path.rpartition(".")[2]))
            return (replace(known, label=label),) if known is not None else ()
        return (Option(label, _of_class(value.path)),)

    def _named(self, library: str, call: cst.Call, name: Value) -> Option | None:
        """The model that a function of a library builds under a name, unless an argument may rename its parts."""
        harmless = models("reading")["reading"]["harmless"]
        if any(arg.star or (arg.keyword is not None and arg.keyword.value not in harmless) for arg in call.args):
            return None
        model = name.value.partition(".")[0] if isinstance(name, Text) else ""  # the rest names the weights
        found = classes(library).get(model)
        return Option(model, found[0].tensors()) if found is not None else None

    def _loaded(self, call: cst.Call, cls: cst.BaseExpression, from_configuration: bool) -> Options:
        """The model of `cls.from_pretrained(name)` or `cls.from_config(configuration)`."""
        found = []
        for label, value in self._chosen(cls):
            path = value.path if isinstance(value, Reference) else ""
            name = path.rpartition(".")[2]
            if _package(path) and name in models("transformers")["auto"]:
                found += list(self._automatic(call, name, from_configuration))
            else:
                found.append(Option(label, _of_class(path)))
        return tuple(found) if _is_known(found) else ()

    def _automatic(self, call: cst.Call, auto: str, from_configuration: bool) -> Iterator[Option]:
        """The models that an Auto class builds: that of the name, or one of all where the name is not in sight."""
        known = automatic(auto)
        given = next(iter(positional(call)), keyword(call, models("reading")["reading"]["name"]))
        names = self._family_of_configuration(given) if from_configuration else self._families(given)
        is_any = not names and auto in models("transformers")["choices"]
        for name in known if is_any else names:
            yield Option(name, known[name][0].tensors(known[name][1]) if name in known else None, is_any)

    def _families(self, checkpoint: cst.BaseExpression | None) -> tuple[str, ...]:
        """The families of the checkpoints that a name may be; none where one of them is known only at run time."""
        value = self._values.worth(checkpoint)
        options = value.options if isinstance(value, Choice) else (value,)
        if not all(isinstance(option, Text) for option in options):
            return ()
        found = [family_of_checkpoint(option.value) for option in options if isinstance(option, Text)]
        return tuple(family.name if family is not None else "" for family in found)

    def _family_of_configuration(self, configuration: cst.BaseExpression | None) -> tuple[str, ...]:
        """The family that a configuration is of, by its class or by the checkpoint that it is of."""
        binding = self._values.bound_once(configuration) if configuration is not None else None
        call = binding.value if binding is not None else configuration
        if not isinstance(call, cst.Call):
            return ()
        method, ending = method_call(call), models("reading")["reading"]["configuration"]
        is_loaded = method is not None and method[1] in models("reading")["reading"]["loads"]
        name = (dotted(method[0] if method is not None and is_loaded else call.func) or "").rpartition(".")[2]
        found = [each.name for each in families("transformers") if f"{each.stem}{ending}" == name]
        return tuple(found) or (self._families(next(iter(positional(call)), None)) if is_loaded else ())


def _package(path: str) -> str:
    """The families of transformers that a path into one of its packages can name; empty for any other path."""
    found: str = models("transformers")["packages"].get(path.partition(".")[0], "")
    return found


def _of_class(path: str) -> Tensors | None:
    """The parameters of a class of transformers, under whatever module it was imported from."""
    family, head = classes("transformers").get(path.rpartition(".")[2], (None, "")) if _package(path) else (None, "")
    if family is None or not {"*", family.name} & set(_package(path).split()):
        return None
    return family.tensors(head)


def _under(prefix: str, tensors: Tensors | None) -> Tensors | None:
    return None if tensors is None else tuple(replace(each, name=f"{prefix}.{each.name}") for each in tensors)


def _below(prefix: str, tensors: Tensors | None) -> Tensors | None:
    inside = (each for each in tensors or () if each.name.startswith(prefix))
    return tuple(replace(each, name=each.name.removeprefix(prefix)) for each in inside)


def _is_known(options: Iterable[Option]) -> bool:
    """Whether at least one of the models is known."""
    return any(option.tensors is not None for option in options)


def _either(found: list[Options]) -> Options:
    """All the options of several expressions; none where one of them is not known."""
    return tuple(option for options in found for option in options) if all(found) else ()


def _distinct(options: Iterable[Option]) -> Options:
    """Each option once; a model in a wrapper beside the same without it counts as that."""
    kept: dict[Option, None] = dict.fromkeys(options)
    inner = [_names(each.tensors) for each in kept]
    wrappers = models("reading")["wrappers"].values()
    wrapped = [{f"{prefix}.{name}" for name in names} for names in inner for prefix in wrappers if names]
    return tuple(each for each in kept if not each.tensors or _names(each.tensors) not in wrapped)


def _names(tensors: tuple[Tensor, ...] | None) -> set[str]:
    return {tensor.name for tensor in tensors or ()}

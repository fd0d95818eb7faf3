"""The optimizers that a call builds by a text: the text is an argument, or stands in a dict of settings."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.model.calls import Argument, Arguments, bind
from adamw_lint.model.chosen.choice import Chosen
from adamw_lint.model.chosen.facts import Config, Factory, configs, factories, named
from adamw_lint.model.classes import Built
from adamw_lint.model.survey import Survey
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Entry, Mapping, Nothing, Reference, Text
from adamw_lint.rulebook import Optimizer, optimizers_by_path
from adamw_lint.signatures import parameters


class Called:
    """Looks at the calls of a program."""

    def __init__(self, survey: Survey, values: Values) -> None:
        self._survey = survey
        self._values = values

    def built_by(self, call: cst.Call) -> Iterator[Built]:
        """The optimizer that a call builds by a text; nothing where it is none that is known."""
        target = self._values.worth(call.func)
        if not isinstance(target, Reference):
            return
        if (factory := factories().get(target.path)) is not None:
            yield from self._by_factory(call, factory)
        elif (config := configs().get(target.path)) is not None:
            yield from self._by_config(call, config)

    def _by_factory(self, call: cst.Call, factory: Factory) -> Iterator[Built]:
        given = bind(call, factory.signature, self._values)
        text = given.by_name.get(factory.text)
        value = self._values.worth(text.value) if text is not None and text.certain else None
        optimizer = named(factory.builds, value.value) if isinstance(value, Text) else None
        if text is None or optimizer is None:
            return
        taken = _taken(optimizer, given, factory.trains, parameters(factory.signature)[1])
        default = parameters(factory.signature)[2].get(optimizer.decay_argument or "")
        told = tuple(name for name in factory.unless if name in given.by_name)
        chosen = Chosen(factory.name, _texts(factory.builds), factory.exclusion, default, unless=told)
        yield Built(text.value, optimizer, taken, text.value, chosen=chosen)

    def _by_config(self, call: cst.Call, config: Config) -> Iterator[Built]:
        given = bind(call, config.signature, self._values)
        if not given.complete or not self._is_none(given.by_name.get(config.overruled)):
            return
        settings = next((given.by_name[name] for name in config.settings if name in given.by_name), None)
        part: Mapping | None = self._mapping(settings.value) if settings is not None else None
        for key in config.within:
            part = self._below(part, key)
        text = part.entries.get(config.text) if part is not None else None
        value = self._values.worth(text.value) if text is not None and text.certain else None
        optimizer = named(config.builds, value.value) if isinstance(value, Text) else None
        if text is None or optimizer is None or not self._survey.owns(text.value):
            return
        assert isinstance(value, Text)
        ignored = next((keys for name, keys in config.ignored.items() if name.lower() == value.value.lower()), ())
        arguments = self._settled(call, self._below(part, config.given), {*config.own, *ignored})
        if config.trains in given.by_name and optimizer.parameters_argument is not None:
            arguments.by_name[optimizer.parameters_argument] = given.by_name[config.trains]
        chosen = Chosen(config.name, _texts(config.builds), hands_on=False)
        yield Built(text.value, optimizer, arguments, text.value, chosen=chosen)

    def _is_none(self, argument: Argument | None) -> bool:
        return argument is None or isinstance(self._values.worth(argument.value), Nothing)

    def _mapping(self, node: cst.BaseExpression) -> Mapping | None:
        worth = self._values.worth(node)
        return worth if isinstance(worth, Mapping) else None

    def _below(self, mapping: Mapping | None, key: str) -> Mapping | None:
        entry = mapping.entries.get(key) if mapping is not None else None
        return self._mapping(entry.value) if entry is not None and entry.certain else None

    def _settled(self, call: cst.Call, mapping: Mapping | None, without: set[str]) -> Arguments:
        """The arguments that settings are; what another file writes is not known."""
        entries: dict[str, Entry] = mapping.entries if mapping is not None else {}
        own = {name: entry for name, entry in entries.items() if self._survey.owns(entry.value)}
        found = {
            name: Argument(entry.value, entry.node, call, entry.certain)
            for name, entry in own.items()
            if name not in without
        }
        return Arguments(found, mapping is None or (mapping.complete and len(own) == len(entries)))


def _texts(builds: dict[str, str]) -> dict[str, str]:
    return {optimizers_by_path()[path].name: text for text, path in reversed(builds.items())}


def _taken(optimizer: Optimizer, given: Arguments, trains: str, own: frozenset[str]) -> Arguments:
    """The arguments that a factory hands on: all that it does not name itself, or that the optimizer takes too."""
    known = parameters(optimizer.signature)[1]
    found = {name: each for name, each in given.by_name.items() if name not in own or name in known}
    if trains in given.by_name and optimizer.parameters_argument is not None:
        found[optimizer.parameters_argument] = given.by_name[trains]
    return Arguments(found, given.complete)

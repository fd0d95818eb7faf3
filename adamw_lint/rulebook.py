"""What we believe: the pages of the rules and the facts about optimizers, read from the folder `rules/`."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from adamw_lint.kept import edition, kept
from adamw_lint.pages import Page as Page  # pages and facts are one rulebook
from adamw_lint.pages import folder as folder
from adamw_lint.pages import pages as pages
from adamw_lint.stated import own


class Family(StrEnum):
    """What kind of update an optimizer makes."""

    ADAM = "adam"
    ADAPTIVE = "adaptive"
    SGD = "sgd"
    OTHER = "other"


class Coupling(StrEnum):
    """How an optimizer's decay acts: in the gradient, beside it, beside it without the learning rate, or not at all."""

    COUPLED = "coupled"
    DECOUPLED = "decoupled"
    UNSCALED = "unscaled"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Optimizer:
    """A fact: one optimizer of one framework, as `rules/frameworks/*.toml` states it.

    `signature` is the constructor's, as `inspect.signature` prints it without annotations; `decay_argument` and
    `rate_argument` are the names there of λ and η, `parameters_argument` that of what is trained, if the constructor is
    given it; `default` is the decay when nothing is written, as a decimal;
    `switch` is the keyword that decouples the decay where it is True and couples it where it is False, `since` the
    framework's version that brought it; `removed` is the first version that lacks the class, `ended` the last release
    of a library that is made no longer, and `successor` what to build instead: `immaterial` parameters say nothing
    about the update, and `differs` says why no call of the one is a call of the other; `strings` name the optimizer
    where its library takes a text; `proof` says whether the fact is held by running the optimizer, or was read.
    """

    name: str
    family: Family
    coupling: Coupling
    signature: str
    source: str
    aliases: tuple[str, ...] = ()
    decay_argument: str | None = None
    rate_argument: str = "lr"
    parameters_argument: str | None = "params"
    default: str = "0"
    switch: str | None = None
    since: str | None = None
    replacement: str | None = None
    exclusion: str = "groups"
    exclusion_argument: str | None = None
    strings: tuple[str, ...] = ()
    proof: str = "run"
    removed: str | None = None
    ended: str | None = None
    successor: str | None = None
    immaterial: tuple[str, ...] = ()
    differs: str | None = None

    @property
    def short_name(self) -> str:
        """The name of the class alone."""
        return self.name.rpartition(".")[2]

    @property
    def paths(self) -> tuple[str, ...]:
        """Every dotted path by which the optimizer can be imported."""
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A fact: a callable that builds an optimizer of the class that it is handed, with the arguments it is handed.

    `wraps` is the parameter that is the class, `default` the optimizer that is built when none is handed over;
    `curried` wrappers return what takes the arguments: f(class)(arguments); `hands_on` names the arguments that go to
    the class where these are not all that the signature leaves.
    """

    name: str
    signature: str
    source: str
    aliases: tuple[str, ...] = ()
    wraps: str | None = None
    default: str | None = None
    curried: bool = False
    hands_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Regularizer:
    """A fact: an object that stands for a decay; λ is its first argument, by one of the names `arguments`."""

    names: tuple[str, ...]
    arguments: tuple[str, ...]
    is_decay: bool


@kept(key=edition)
def frameworks() -> dict[str, dict[str, Any]]:
    """The raw facts of each framework, by the stem of its file."""
    import tomllib

    paths = sorted((folder() / "frameworks").glob("*.toml"))
    return {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in paths}


@cache
def schemas(table: str) -> Any:
    """The raw facts of one table of `rules/schemas.toml`, which is about files of settings."""
    import tomllib

    return tomllib.loads((folder() / "schemas.toml").read_text(encoding="utf-8"))[table]


@cache
def models(stem: str) -> dict[str, Any]:
    """One table of `rules/models`: the well-known models of a library, or how models are built."""
    import tomllib

    return tomllib.loads((folder() / "models" / f"{stem}.toml").read_text(encoding="utf-8"))


def optimizers() -> tuple[Optimizer, ...]:
    """Every fact, in the order in which the files state them, the user's own last."""
    return (*_stated(), *own().optimizers)


@cache
def _stated() -> tuple[Optimizer, ...]:
    return tuple(optimizer(table) for facts in frameworks().values() for table in facts.get("optimizer", ()))


def framework_of(optimizer: Optimizer) -> str:
    """The framework among whose facts an optimizer stands; of the user's own, the library that it is imported from."""
    return _frameworks_by_name().get(optimizer.name) or optimizer.name.partition(".")[0]


@cache
def _frameworks_by_name() -> dict[str, str]:
    return {table["name"]: stem for stem, facts in frameworks().items() for table in facts.get("optimizer", ())}


def optimizers_by_path() -> dict[str, Optimizer]:
    """Every fact under each dotted path by which it can be imported."""
    return _by_path(own().optimizers)


@cache
def _by_path(added: tuple[Optimizer, ...]) -> dict[str, Optimizer]:
    return {path: each for each in (*_stated(), *added) for path in each.paths}


def wrappers_by_path() -> dict[str, Wrapper]:
    """Every wrapper under each dotted path by which it can be imported."""
    return {path: wrapper for wrapper in (*_wrappers(), *own().wrappers) for path in (wrapper.name, *wrapper.aliases)}


@cache
def _wrappers() -> tuple[Wrapper, ...]:
    tables = [table for facts in frameworks().values() for table in facts.get("wrapper", ())]
    lists = [{key: tuple(table.get(key, ())) for key in ("aliases", "hands_on")} for table in tables]
    return tuple(Wrapper(**{**table, **own}) for table, own in zip(tables, lists, strict=True))


@cache
def regularizers_by_path() -> dict[str, Regularizer]:
    """Every object that stands for a decay under each dotted path by which it can be imported."""
    tables = [table for facts in frameworks().values() for table in facts.get("regularizer", ())]
    found = [Regularizer(tuple(each["names"]), tuple(each["arguments"]), each["is_decay"]) for each in tables]
    return {path: regularizer for regularizer in found for path in regularizer.names}


def decoupled_sibling(optimizer: Optimizer) -> Optimizer:
    """An optimizer of the same library and family that decouples its decay, else the one that everybody has."""
    library = optimizer.name.split(".")[0]
    alike = [each for each in optimizers() if each.family is optimizer.family and each.coupling is Coupling.DECOUPLED]
    same = (each for each in alike if library in {path.split(".")[0] for path in each.paths})
    usual = words("usual")
    return next(same, optimizers_by_path()[usual["beside"].get(library, usual["decoupled"])])


def words(table: str) -> dict[str, Any]:
    """One table of vocabulary (`parameters`, `layers`, …), the lists of all frameworks and of the user joined."""
    known, norms = _words(table), own().norms
    return {**known, "norms": [*known["norms"], *norms]} if norms and "norms" in known else known


@cache
def _words(table: str) -> dict[str, Any]:
    joined: dict[str, Any] = {}
    for facts in frameworks().values():
        for key, value in facts.get(table, {}).items():
            joined[key] = [*joined.get(key, []), *value] if isinstance(value, list) else value
    return joined


def optimizer(table: dict[str, Any]) -> Optimizer:
    """The fact that a table of TOML states; raises ValueError for a family or coupling that there is not."""
    known = {**table, "family": Family(table["family"]), "coupling": Coupling(table["coupling"])}
    known["parameters_argument"] = table.get("parameters_argument", "params") or None
    lists = {key: tuple(table.get(key, ())) for key in ("aliases", "strings", "immaterial")}
    return Optimizer(**{**known, **lists})

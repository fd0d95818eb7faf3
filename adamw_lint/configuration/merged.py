"""Layers of settings become one Settings: a later layer overrules an earlier one, and `extend-…` adds to it."""

from collections.abc import Sequence
from functools import reduce
from os.path import join
from typing import Any

from adamw_lint.configuration.files import Layer
from adamw_lint.configuration.selectors import closeness, rules_of
from adamw_lint.pages import pages
from adamw_lint.settings import Glob, Settings
from adamw_lint.stated import Own

REASON = "unreasoned-ignore"  # the rule that `require-reason` switches on


def settled(layers: Sequence[Layer], root: str) -> Settings:
    """The settings that layers come to, the last of which says most; raises SettingsError about facts."""
    default = frozenset(page.name for page in pages().values() if page.default)
    start = Settings(default, root=root, sources=tuple(dict.fromkeys(layer.source for layer in layers if layer.source)))
    settings = reduce(_with, layers, start)
    return settings._replace(own=_own(layers))


def _with(before: Settings, layer: Layer) -> Settings:
    table = layer.table
    safe, unsafe = (rules(table, key) for key in ("extend-safe-fixes", "extend-unsafe-fixes"))
    own = {glob.pattern: (glob, named) for glob, named in _ignores(layer)}
    inherited = [(glob, named) for glob, named in before.per_file_ignores if glob.pattern not in own]
    return before._replace(
        selected=_selection(table, before.selected, ("select", "extend-select", "ignore")),
        exclude=_exclude(before, layer),
        per_file_ignores=(*inherited, *own.values()),
        safe=(before.safe - unsafe) | safe,
        unsafe=(before.unsafe - safe) | unsafe,
        unfixable=_unfixable(table, before.unfixable),
        force_exclude=table.get("force-exclude", before.force_exclude),
        time_limit=table.get("time-limit", before.time_limit),
        baseline=join(layer.folder, table["baseline"]) if "baseline" in table else before.baseline,
    )


def rules(table: dict[str, Any], key: str) -> frozenset[str]:
    """The rules that a key of a checked table names."""
    return frozenset().union(*map(rules_of, table.get(key, ())))


def _selection(table: dict[str, Any], before: frozenset[str], keys: tuple[str, str, str]) -> frozenset[str]:
    """The rules that are on; what names a rule more closely decides, and among equals the last key does."""
    only, more, less = keys
    named = [(key, word) for key in keys for word in table.get(key, ())]
    named += [(more, REASON)] if table.get("require-reason") else []
    selected = frozenset() if table.get(only) else before
    selected -= {REASON} if table.get("require-reason") is False else set()
    for key, word in sorted(named, key=lambda each: (closeness(each[1]), each[0] == less)):
        selected = selected - rules_of(word) if key == less else selected | rules_of(word)
    return selected


def _unfixable(table: dict[str, Any], before: frozenset[str]) -> frozenset[str]:
    fixable = rules(table, "fixable")
    left = frozenset(pages()) - fixable if "fixable" in table else before
    return left | rules(table, "unfixable")


def _exclude(before: Settings, layer: Layer) -> tuple[Glob, ...]:
    kept = () if "exclude" in layer.table else before.exclude
    added = [*layer.table.get("exclude", ()), *layer.table.get("extend-exclude", ())]
    return (*kept, *(Glob(pattern, layer.folder) for pattern in added))


def _ignores(layer: Layer) -> list[tuple[Glob, frozenset[str]]]:
    written = layer.table.get("per-file-ignores", {})
    return [
        (Glob(pattern, layer.folder), frozenset().union(*map(rules_of, words))) for pattern, words in written.items()
    ]


def _own(layers: Sequence[Layer]) -> Own:
    """What the user states, of all layers; a later fact about a path counts where two speak of it."""
    if not any(layer.table for layer in layers):
        return Own()
    from adamw_lint.facts import own_optimizers, own_wrappers

    optimizers = own_optimizers([(layer.table.get("optimizer", []), layer.where, layer.source) for layer in layers])
    wrappers = own_wrappers(
        [(layer.table.get("wrapper", []), layer.where, layer.source) for layer in layers], optimizers
    )
    norms = (word.lower() for layer in layers for word in layer.table.get("norms", ()))
    asked = [layer.table.get("rules", {}).get("decayed-norms", {}) for layer in layers]
    embeddings = [options["embeddings"] for options in asked if "embeddings" in options]
    return Own(optimizers, wrappers, tuple(dict.fromkeys(norms)), any(embeddings[-1:]))

"""Every key of the configuration, declared once, for the validation of a file and for the JSON schema alike."""

from typing import Any

from adamw_lint.configuration.files import TABLE
from adamw_lint.configuration.selectors import selectors
from adamw_lint.configuration.shapes import (
    Choice,
    Flag,
    Key,
    Rules,
    RulesByPattern,
    Seconds,
    Strings,
    Table,
    Tables,
    Text,
)
from adamw_lint.limit import DEFAULT
from adamw_lint.rulebook import Coupling, Family

_PATH = r"^[^\W\d]\w*(\.[^\W\d]\w*)+$"
_PATH_TEXT = Text(_PATH, "is no dotted path", "mylab.optim.MyOptimizer")
_DECIMAL = Text(
    r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$", "is none: `default` must be a decimal number", 'default = "0.01"'
)
_EXCLUSIONS = ("groups", "argument", "itself", "not needed")

OPTIMIZER = Table(
    {
        "name": Key(_PATH_TEXT, "The dotted path by which it is imported.", required=True),
        "family": Key(Choice(tuple(Family)), "What kind of update it makes.", required=True),
        "coupling": Key(Choice(tuple(Coupling)), "How its decay acts.", required=True),
        "signature": Key(Text(), "Its arguments, as in `params, lr=1e-3, weight_decay=0`.", required=True),
        "source": Key(Text(), "Where this can be read."),
        "aliases": Key(Strings(_PATH_TEXT), "Other dotted paths by which it is imported."),
        "decay_argument": Key(Text(), "What it calls λ."),
        "rate_argument": Key(Text(), "What it calls the learning rate."),
        "parameters_argument": Key(Text(), "What it calls that which is trained; empty if it is given nothing."),
        "default": Key(_DECIMAL, "The decay when nothing is written."),
        "switch": Key(Text(), "The argument that decouples the decay where it is true."),
        "since": Key(Text(), "The version that brought the switch."),
        "replacement": Key(Text(), "The dotted path of the optimizer that decouples the decay."),
        "exclusion": Key(Choice(_EXCLUSIONS), "How biases and norm scales are spared."),
        "exclusion_argument": Key(Text(), "The argument that spares them."),
        "strings": Key(Strings(), "Texts that stand for it where its library takes a text."),
        "proof": Key(Text(), "How this is known: run, or read."),
        "removed": Key(Text(), "The first version that lacks it."),
        "ended": Key(Text(), "The last release of its library, if that is made no longer."),
        "successor": Key(Text(), "The dotted path of what to build instead."),
        "immaterial": Key(Strings(), "Arguments that say nothing about the update."),
        "differs": Key(Text(), "Why no call of the one is a call of the other."),
    }
)

WRAPPER = Table(
    {
        "name": Key(_PATH_TEXT, "The dotted path by which it is imported.", required=True),
        "signature": Key(Text(), "Its arguments, as in `optimizer_class, params, **kwargs`.", required=True),
        "aliases": Key(Strings(_PATH_TEXT), "Other dotted paths by which it is imported."),
        "wraps": Key(Text(), "The argument that is the class of the optimizer it builds.", required=True),
        "default": Key(_PATH_TEXT, "The optimizer that it builds when it is handed none."),
        "curried": Key(Flag(), "Whether it returns what takes the arguments: `f(class)(arguments)`."),
        "hands_on": Key(Strings(), "The arguments that go to the optimizer, where not all of the others do."),
    }
)

RULES = Table(
    {
        "decayed-norms": Key(
            Table({"embeddings": Key(Flag(), "Whether embeddings are to be spared as well.", default=False)}),
            "What decayed-norms asks for.",
        )
    },
    noun="rule with options",
)

KEYS = Table(
    {
        "extend": Key(Text(), "Another file of settings, which this one adds to and overrules; relative to this file."),
        "select": Key(Rules(), "Look for these rules only."),
        "extend-select": Key(Rules(), "Look for these rules as well."),
        "ignore": Key(Rules(), "Do not look for these rules."),
        "per-file-ignores": Key(RulesByPattern(), "Rules not to look for in the files that a pattern matches."),
        "exclude": Key(Strings(), "What not to lint, in the words of .gitignore, relative to this file."),
        "extend-exclude": Key(Strings(), "What not to lint beside what an extended file excludes."),
        "force-exclude": Key(Flag(), "Exclude files that are named on the command line too.", default=False),
        "time-limit": Key(Seconds(), "The seconds that a file may take; 0 is no limit.", default=DEFAULT),
        "fixable": Key(Rules(), "The only rules whose findings may be fixed."),
        "unfixable": Key(Rules(), "Rules whose findings are never fixed."),
        "extend-safe-fixes": Key(Rules(), "Rules whose fixes are taken as safe."),
        "extend-unsafe-fixes": Key(Rules(), "Rules whose fixes are made with --unsafe-fixes only."),
        "require-reason": Key(Flag(), "Report comments that silence a rule and do not say why.", default=False),
        "baseline": Key(Text(), "A file of known findings, which are not reported; relative to this file."),
        "norms": Key(Strings(), "Words in the names of your norm layers, beside `norm`, `ln`, `bn`, …"),
        "rules": Key(RULES, "Options of single rules."),
        "optimizer": Key(Tables(OPTIMIZER), "What is true of optimizers of your own."),
        "wrapper": Key(Tables(WRAPPER), "Callables of your own that build the optimizer they are handed."),
    }
)


def schema() -> dict[str, Any]:
    """The JSON schema of adamw-lint.toml, and of the table in pyproject.toml."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "adamw-lint",
        "description": f"The keys of adamw-lint.toml, and of [{TABLE}] in pyproject.toml.",
    }
    return {**head, **KEYS.schema(), "$defs": {"rule": {"enum": selectors()}}}

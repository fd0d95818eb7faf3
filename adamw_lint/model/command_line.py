"""What the options of a program's command line are where its user writes none."""

import libcst as cst

from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import keyword, positional, text_of


def default_text(survey: Survey, node: cst.BaseExpression | None) -> str | None:
    """The text that `args.name` is by default, if one option in sight has that name and such a default.

    As `argparse` names them: by what stands behind the dashes of the first long option.
    """
    if not isinstance(node, cst.Attribute):
        return None
    calls = [survey.parents[each] for each in survey.attribute_reads.get("add_argument", ())]
    found = [call for call in calls if isinstance(call, cst.Call) and _named(call) == node.attr.value]
    return text_of(keyword(found[0], "default")) if len(found) == 1 else None


def _named(option: cst.Call) -> str | None:
    written = [text for each in positional(option) if (text := text_of(each)) is not None]
    long = next((each for each in written if each.startswith("--")), None)
    stated = text_of(keyword(option, "dest"))
    return stated or (long.removeprefix("--").replace("-", "_") if long is not None else None)

"""`adamw-lint measure`: runs the optimizers of the user's own environment and tells how their decay acts."""

import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from adamw_lint.errors import LintError

if TYPE_CHECKING:
    from adamw_lint.measure.subjects import Measured

FAILED = 2
_BAR = 10  # characters for an exponent of one


def _positive(context: click.Context, parameter: click.Parameter, value: float) -> float:
    if not (value > 0 and math.isfinite(value)):
        raise click.BadParameter(f"{value:g} is no number above 0")
    return value


def _drawable(context: click.Context, parameter: click.Parameter, path: Path | None) -> Path | None:
    if path is not None and path.suffix not in (".svg", ".png"):
        raise click.BadParameter(f"`{path}` must end in .svg or .png")
    return path


class _Missing(click.ClickException):
    """A library that is needed is not installed."""

    exit_code = FAILED


@click.command("measure", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, required=True, metavar="OPTIMIZER...")
@click.option("--lr", "rate", default=1e-3, show_default=True, callback=_positive, help="The learning rate η.")
@click.option("--decay", default=1e-2, show_default=True, callback=_positive, help="The decay λ.")
@click.option("--decay-argument", metavar="NAME", help="What they call λ, if it is unusual.")
@click.option(
    "--plot",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=_drawable,
    help="Draw them into an .svg or .png file.",
)
@click.option("--json", "as_json", is_flag=True, help="Tell it as JSON.")
def measuring(
    names: Sequence[str], rate: float, decay: float, decay_argument: str | None, plot: Path | None, as_json: bool
) -> None:
    """Run each OPTIMIZER and measure whether its decay goes through the adaptive step.

    An OPTIMIZER is imported from your own environment, as Python would import it here: torch.optim.Adam,
    mylab.optim:MyAdam, or with settings "torch.optim.NAdam(decoupled_weight_decay=True)". Of all that adamw-lint does,
    this alone runs code that you name.
    """
    found, errors = _measured(names, rate, decay, decay_argument)
    for error in errors:
        click.echo(f"error: {error}", err=True)
    if as_json:
        click.echo(json.dumps([each.as_dict() for each in found], indent=2))
    elif found:
        _tell(found)
    if plot is not None and found:
        _draw(found, plot)
    raise SystemExit(FAILED if errors else 0)


def _measured(
    names: Sequence[str], rate: float, decay: float, decay_argument: str | None
) -> "tuple[list[Measured], list[LintError]]":
    sys.path.insert(0, str(Path.cwd()))
    try:
        from adamw_lint.measure.subjects import measured
    except ImportError as error:
        raise _Missing(f"measuring needs numpy: {error}") from error
    found, errors = [], []
    for name in names:
        try:
            found.append(measured(name, rate, decay, decay_argument))
        except LintError as error:
            errors.append(error)
    return found, errors


def _tell(found: "Sequence[Measured]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    for head in ("optimizer", "κ", "", "level", "1/(ηλ)", "scaled by η", "its decay is", "catalogue"):
        table.add_column(head, justify="right" if head in ("κ", "level", "1/(ηλ)") else "left")
    for each in found:
        table.add_row(*_row(each))
    Console(width=None if sys.stdout.isatty() else 140).print(table)


def _row(each: "Measured") -> tuple[str, ...]:
    result = each.result
    if result.level == 0:
        return (each.name, "", "", "0", "", "", each.verdict, each.agreement)
    bar = "█" * max(1, round(_BAR * min(1.0, abs(result.exponent)))) if abs(result.exponent) > 0.02 else "▏"
    scaled = "yes" if abs(result.rate_exponent - 1) < 0.02 else f"η^{result.rate_exponent:.2f}"
    steps = f"{1 / (each.rate * each.decay):,.0f}"
    return (
        each.name,
        f"{result.exponent:+.3f}",
        bar,
        f"{result.level:.3g}",
        steps,
        scaled,
        each.verdict,
        each.agreement,
    )


def _draw(found: "Sequence[Measured]", path: Path) -> None:
    try:
        from adamw_lint.measure.drawing import draw
    except ImportError as error:
        raise _Missing(f"drawing needs matplotlib: pip install 'adamw-lint[plot]' ({error})") from error
    try:
        draw(found, path)
    except OSError as error:
        raise click.UsageError(f"`{path}` cannot be written: {error.strerror}") from error

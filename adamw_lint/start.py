"""Where the program starts, before most of it is imported: that alone makes thousands of objects that stay."""

import gc

from adamw_lint.memory import collect_late


def main() -> None:
    """Run the command line."""
    collect_late()
    from adamw_lint.cli import main as command

    try:
        command()
    finally:
        gc.freeze()  # Python would look through all of it once more before it ends

"""Lets `python -m adamw_lint` do what the `adamw-lint` script does."""

from adamw_lint.cli import main

main()

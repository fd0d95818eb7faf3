"""Lets `python -m adamw_lint` do what the `adamw-lint` script does."""

import sys

if not sys.flags.safe_path:
    del sys.path[0]  # the working folder: what stands in it is linted, and must not be imported for a library

from adamw_lint.start import main

main()

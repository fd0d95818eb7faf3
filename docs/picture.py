"""Draws finding.svg, the picture in README.md, from what the command line really prints about an example."""

import io
import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

PROJECT = Path(__file__).parent.parent
PICTURE = PROJECT / "docs" / "finding.svg"
SUBJECT = "examples/gnn.py"
WIDTH = 96  # cells; a page of GitHub shows as many without making them small

# rich's own format loads a font from the web; whoever looks at this picture loads nothing.
FORMAT = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
    font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
    font-size: {char_height}px; line-height: {line_height}px;
}}
.{unique_id}-title {{ font-family: sans-serif; font-size: 18px; font-weight: bold; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix" xml:space="preserve">
{matrix}
</g>
</g>
</svg>
"""


def shown() -> str:
    """What a terminal is sent, colours and all."""
    colours = {"FORCE_COLOR": "1", "TERM": "xterm", "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(PROJECT)}
    env = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLORTERM")} | colours
    command = [sys.executable, "-m", "adamw_lint", SUBJECT]
    return subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, encoding="utf-8", check=False).stdout


def picture() -> str:
    """The same as an SVG."""
    console = Console(record=True, file=io.StringIO(), width=WIDTH, force_terminal=True, color_system="standard")
    console.print(f"$ adamw-lint {SUBJECT}", style="bold", highlight=False)
    console.print(Text.from_ansi(shown()))
    drawn = console.export_svg(title="adamw-lint", code_format=FORMAT, unique_id="finding")
    return "".join(f"{line.rstrip()}\n" for line in drawn.split("\n") if line.strip())


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")

"""What a command prints, as a page that looks like a terminal."""

import subprocess
import sys
from io import StringIO

from rich.console import Console
from rich.text import Text

from screenshots.shop import Shop

COLUMNS = 96
PAGE = """<style>
main {{ padding: 20px 28px }}
pre {{ margin: 0; font: 15px/1.4 "DejaVu Sans Mono", monospace; color: #1f2328 }}
</style><main><pre>{code}</pre></main>"""


def printed(shop: Shop, command: str, module: str) -> str:
    """A page with what a command prints, in its colours.

    Args:
        shop: whose.
        command: what a person types.
        module: of the project, which that runs.
    """
    done = subprocess.run(  # noqa: S603 - a module of the project
        [sys.executable, "-m", module],
        env={**shop.environment(), "FORCE_COLOR": "1", "COLUMNS": str(COLUMNS)},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True)
    console.print(Text.from_ansi(f"$ {command}\n{done.stdout.rstrip()}"))
    return console.export_html(code_format=PAGE, inline_styles=True)

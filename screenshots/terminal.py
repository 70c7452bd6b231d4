"""What a command prints, as a page that looks like a terminal."""

import subprocess
import sys
from io import StringIO

from rich.console import Console
from rich.text import Text

from screenshots.shop import Shop

COLUMNS = 80
PAGE = """<style>
main {{ columns: 2; column-gap: 40px; padding: 20px 28px }}
pre {{ break-inside: avoid; margin: 0 0 1.4em; color: #1f2328 }}
pre {{ font: 15px/1.4 "DejaVu Sans Mono", monospace }}
</style><main>{blocks}</main>"""


def printed(shop: Shop, command: str, module: str) -> str:
    """A page with what a command prints, in its colours; an empty line ends a block of a column.

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
    blocks = []
    for block in f"$ {command}\n{done.stdout.rstrip()}".split("\n\n"):
        console.print(Text.from_ansi(block.strip("\n")))
        blocks.append(console.export_html(code_format="<pre>{code}</pre>", inline_styles=True))
    return PAGE.format(blocks="".join(blocks))

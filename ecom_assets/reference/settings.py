"""The settings as text: names, defaults and meanings, as `settings.py` declares them."""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from dataclasses import MISSING, fields
from datetime import time
from pathlib import Path
from typing import get_type_hints

from ecom_assets.reference.pages import table
from ecom_assets.settings import PROJECT_ROOT, Settings, SnowflakeSettings, variables


def settings_table() -> str:
    """A row a setting, and one for those of the AWS SDK."""
    aws = (
        "`AWS_PROFILE`, `AWS_REGION`, `AWS_ENDPOINT_URL_S3`, …",
        "",
        "the AWS SDK's own settings",
    )
    rows = [*_rows(Settings), *_rows(SnowflakeSettings), aws]
    return table(["name", "default", "meaning"], rows)


def _rows(declared: type[Settings] | type[SnowflakeSettings]) -> Iterator[tuple[str, str, str]]:
    meanings = dict(_docstrings(declared))
    hints = get_type_hints(declared, include_extras=True)
    for field in fields(declared):
        default = "`duckdb`" if field.name == "snowflake" else _text(field.default)
        meaning = meanings.get(field.name) or hints[field.name].__metadata__[0]
        meaning, _, otherwise = meaning.partition("; by default ")
        yield f"`{variables(declared)[field.name]}`", default or otherwise, meaning


def _docstrings(declared: type) -> Iterator[tuple[str, str]]:
    """What is written below each field of a class."""
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(declared))).body
    assert isinstance(node, ast.ClassDef)
    for of_field, below in zip(node.body, node.body[1:], strict=False):
        if isinstance(of_field, ast.AnnAssign) and isinstance(below, ast.Expr):
            yield ast.unparse(of_field.target), " ".join(ast.literal_eval(below.value).split())


def _text(default: object) -> str:
    """A default as the environment would say it."""
    match default:
        case _ if default in (None, (), MISSING):
            return ""
        case bool():
            return f"`{default}`".lower()
        case Path():
            return f"`{default.relative_to(PROJECT_ROOT)}`"
        case time():
            return f"`{default:%H:%M}`"
        case _:
            return f"`{default}`"

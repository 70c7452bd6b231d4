"""What each shipped mapping takes from where, as its TOML says; remarks are the comments there."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from ecom_assets.model.mapping_file import SHIPPED_FOLDER, shipped
from ecom_assets.model.mapping_words import condition_in_words, place_in_words, total_in_words
from ecom_assets.model.sales import SALES
from ecom_assets.reference.pages import table

_LONG = (
    "unstruct_event_com_snowplowanalytics_snowplow_ecommerce_snowplow_ecommerce_",
    "contexts_com_snowplowanalytics_snowplow_ecommerce_",
)
"""Beginnings of keys for which three dots stand, so that a row can be read."""


def shipped_mappings() -> str:
    """A section each."""
    return "\n".join(map(_section, shipped()))


def _section(name: str) -> str:
    text = (SHIPPED_FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    told = tomllib.loads(text)
    conditions = " and ".join(condition_in_words(one, _code) for one in told.get("where", ()))
    parts = [
        f"### `{name}`",
        f"{told['description']}.",
        f"A sale per element of {_code(told['rows'])}." if "rows" in told else "A line is a sale.",
        f"Sales are the lines of which {conditions}." if conditions else "",
        f"Of versions the latest {_code(told['version'])} stays." if "version" in told else "",
        f"The sales must come to {total_in_words(told['total'], _code)}."
        if "total" in told
        else "",
        _fields(told["fields"], text),
    ]
    if any(long in text for long in _LONG):
        parts.append(f"`…` stands for {' or '.join(f'`{long}`' for long in _LONG)}.")
    sentences = "\n\n".join(part.strip() for part in parts if part)
    return f"{sentences}\n"


def _fields(fields: Mapping[str, Any], text: str) -> str:
    remarks = dict(re.findall(r"(?m)^(\w+) = .*\S\s+# (.+)$", text))
    return table(
        ["field", "place", "remark"],
        [
            [
                f"`{field.name}`",
                place_in_words(fields[field.name], _code),
                remarks.get(field.name, ""),
            ]
            for field in SALES.fields
            if field.name in fields
        ],
    )


def _code(text: str) -> str:
    for long in _LONG:
        text = text.replace(long, "…")
    return f"`{text}`"

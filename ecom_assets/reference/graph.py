"""The catalogue as text: assets, checks, jobs, sensors and schedules, as their definitions say."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dagster as dg

from ecom_assets.assets.landing import GeneratorConfig
from ecom_assets.reference.pages import table

ORDER = ("landing", "raw", "staging", "analytics", "answers", "report", "operations")
"""The groups as the data flows."""


def assets(definitions: dg.Definitions) -> str:
    """A section an asset."""
    return "\n".join(
        f"### `{node.key.to_user_string()}`\n\n{node.description}\n\n"
        + table(
            ["group", "after", "days", "table"],
            [
                [
                    str(node.group_name),
                    ", ".join(f"`{key.to_user_string()}`" for key in sorted(node.parent_keys)),
                    "one partition each" if node.partitions_def else "all in one",
                    _table(node.metadata),
                ]
            ],
        )
        for node in _nodes(definitions)
    )


def _nodes(definitions: dg.Definitions) -> Sequence[Any]:
    nodes = definitions.resolve_asset_graph().asset_nodes
    return sorted(nodes, key=lambda node: (ORDER.index(str(node.group_name)), node.key))


def _table(metadata: Mapping[str, Any]) -> str:
    name = metadata.get("dagster/table_name")
    value = name.value if isinstance(name, dg.TextMetadataValue) else name
    return f"[{value}](data-contract.md#{str(value).lower().replace('.', '')})" if value else ""


def launchpad() -> str:
    """What the Launchpad of `sales_files` takes."""
    return table(
        ["name", "default", "meaning"],
        [
            [f"`{name}`", f"`{field.default}`".lower(), str(field.description)]
            for name, field in GeneratorConfig.model_fields.items()
        ],
    )


def checks(definitions: dg.Definitions) -> str:
    """A table of checks an asset."""
    rows = defaultdict(list)
    for spec in check_specs(definitions):
        rows[spec.asset_key].append([f"`{spec.name}`", str(spec.description)])
    return "\n".join(
        f"### Checks on `{node.key.to_user_string()}`\n\n"
        + table(["check", "what it says"], rows[node.key])
        for node in _nodes(definitions)
        if node.key in rows
    )


def check_specs(definitions: dg.Definitions) -> Sequence[dg.AssetCheckSpec]:
    """All checks there are."""
    return [spec for each in definitions.asset_checks or () for spec in each.check_specs]


def sections(found: Iterable[Any]) -> str:
    """A section a job, sensor or schedule; not of Dagster's own jobs."""
    return "\n".join(
        f"### `{one.name}`\n\n{one.description.strip()}\n"
        for one in found
        if not one.name.startswith("__")
    )

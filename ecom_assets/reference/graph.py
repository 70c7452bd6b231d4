"""The catalogue as text: assets, checks, jobs, sensors and schedules, as their definitions say."""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from ecom_assets.assets.landing import GeneratorConfig
from ecom_assets.reference.pages import table

ORDER = ("landing", "raw", "staging", "analytics", "answers", "report", "operations")
"""The groups as the data flows."""


def assets(definitions: dg.Definitions) -> str:
    """A section an asset."""
    nodes = definitions.resolve_asset_graph().asset_nodes
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
        for node in sorted(nodes, key=lambda node: (ORDER.index(str(node.group_name)), node.key))
    )


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
    specs = sorted(check_specs(definitions), key=lambda spec: str(spec.asset_key))
    found = list(dict.fromkeys(spec.asset_key for spec in specs))
    nodes = {node.key: node for node in definitions.resolve_asset_graph().asset_nodes}
    found.sort(key=lambda key: ORDER.index(str(nodes[key].group_name)))
    return "\n".join(
        f"### Checks on `{asset.to_user_string()}`\n\n"
        + table(
            ["check", "what it says"],
            [
                [f"`{spec.name}`", str(spec.description)]
                for spec in specs
                if spec.asset_key == asset
            ],
        )
        for asset in found
    )


def check_specs(definitions: dg.Definitions) -> Sequence[dg.AssetCheckSpec]:
    """All checks there are."""
    return [spec for each in definitions.asset_checks or () for spec in each.check_specs]


def jobs(definitions: dg.Definitions) -> str:
    """A section a job."""
    found = definitions.get_repository_def().get_all_jobs()
    return "\n".join(
        f"### `{job.name}`\n\n{job.description}\n" for job in found if not job.name.startswith("__")
    )


def sensors(definitions: dg.Definitions) -> str:
    """A section a sensor."""
    return "\n".join(
        f"### `{sensor.name}`\n\n{str(sensor.description).strip()}\n"
        for sensor in definitions.sensors or ()
    )


def schedules(definitions: dg.Definitions) -> str:
    """A section a schedule."""
    return "\n".join(
        f"### `{schedule.name}`\n\n{str(schedule.description).strip()}\n"
        for schedule in definitions.schedules or ()
        if isinstance(schedule, dg.ScheduleDefinition)
    )

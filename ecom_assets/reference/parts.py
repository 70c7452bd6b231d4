"""All that the pages take from the code, by the names of its places in them."""

from collections.abc import Mapping

from ecom_assets.definitions import build_definitions
from ecom_assets.reference import data, graph, imports, quality, settings
from ecom_assets.settings import read_settings


def parts() -> Mapping[str, str]:
    """What belongs into each place; the same wherever it is made, whatever is set."""
    definitions = build_definitions(read_settings({}))
    return {
        "imports": imports.diagram(),
        "rules": quality.rules_table(),
        "rules-in-full": quality.rules_in_full(),
        "questions": data.questions_table(),
        "fields": data.fields_table(),
        "tables": data.tables_in_full(),
        "assets": graph.assets(definitions),
        "launchpad": graph.launchpad(),
        "checks": graph.checks(definitions),
        "jobs": graph.jobs(definitions),
        "sensors": graph.sensors(definitions),
        "settings": settings.settings_table(),
        "schedules": graph.schedules(definitions),
    }

"""Renews what the pages of the documentation have from the code.

    python -m ecom_assets.reference

Says which pages it has changed. A test fails where this has not been run.
"""

from collections.abc import Mapping

from ecom_assets.definitions import build_definitions
from ecom_assets.reference import data, graph, imports, mappings, quality, settings
from ecom_assets.reference.pages import outdated
from ecom_assets.settings import PROJECT_ROOT, read_settings


def main() -> None:
    """Write the pages anew whose parts are not as the code says."""
    for page, text in outdated(PROJECT_ROOT, parts()).items():
        page.write_text(text, encoding="utf-8")
        print(f"renewed {page.relative_to(PROJECT_ROOT)}")


def parts() -> Mapping[str, str]:
    """What belongs into each place of the pages; the same wherever it is made, whatever is set."""
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
        "jobs": graph.sections(definitions.get_repository_def().get_all_jobs()),
        "sensors": graph.sections(definitions.sensors or ()),
        "schedules": graph.sections(definitions.schedules or ()),
        "mappings": mappings.shipped_mappings(),
        "settings": settings.settings_table(),
    }


if __name__ == "__main__":
    main()

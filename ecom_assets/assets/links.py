"""Links from an asset's page to what makes it: the function with its line, and the SQL it runs.

They lead to the files on this machine, or to the repository on the web where the settings name it.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

import ecom_assets
from ecom_assets.warehouse.scripts import SQL_FOLDER

DEFAULT_BRANCH = "HEAD"
"""GitHub's and GitLab's word for it in an address."""


def sql_links(*scripts: str, made_by: Callable[..., Any] | None = None) -> Mapping[str, Any]:
    """Metadata that names SQL files, as paths below `sql/` without their suffix, and the function
    that makes an asset which has none of its own."""
    references: list[dg.LocalFileCodeReference | dg.UrlCodeReference] = [
        dg.LocalFileCodeReference(
            file_path=str(SQL_FOLDER / f"{script}.sql"), label=f"{script.rpartition('/')[2]}.sql"
        )
        for script in scripts
    ]
    if made_by:
        code = made_by.__code__
        references.append(
            dg.LocalFileCodeReference(
                file_path=code.co_filename, line_number=code.co_firstlineno, label=code.co_name
            )
        )
    return {"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=references)}


def with_links(
    assets: Sequence[dg.AssetsDefinition | dg.AssetSpec], repository: str | None
) -> Sequence[dg.AssetsDefinition | dg.AssetSpec]:
    """These assets with links to their functions and their SQL, on the web where the project's
    repository has an address there."""
    linked = dg.with_source_code_references(assets)
    if repository:
        linked = dg.link_code_references_to_git(
            linked,
            git_url=repository,
            git_branch=DEFAULT_BRANCH,
            platform="gitlab" if "gitlab" in repository else "github",
            file_path_mapping=dg.AnchorBasedFilePathMapping(
                local_file_anchor=Path(ecom_assets.__file__),
                file_anchor_path_in_repository="ecom_assets/__init__.py",
            ),
        )
    return [asset for asset in linked if isinstance(asset, dg.AssetsDefinition | dg.AssetSpec)]

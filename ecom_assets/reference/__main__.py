"""Renews what the pages of the documentation have from the code.

    python -m ecom_assets.reference

Says which pages it has changed. A test fails where this has not been run.
"""

from ecom_assets.reference.pages import outdated
from ecom_assets.reference.parts import parts
from ecom_assets.settings import PROJECT_ROOT


def main() -> None:
    """Write the pages anew whose parts are not as the code says."""
    for page, text in outdated(PROJECT_ROOT, parts()).items():
        page.write_text(text, encoding="utf-8")
        print(f"renewed {page.relative_to(PROJECT_ROOT)}")


if __name__ == "__main__":
    main()

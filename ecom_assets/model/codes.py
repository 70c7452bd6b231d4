"""The codes that exist: of currencies (ISO 4217) and countries (ISO 3166), from pycountry's lists.

They are looked up when a rule is first rendered, for reading the lists takes a moment.
"""

from collections.abc import Iterable
from functools import lru_cache


@lru_cache
def currencies() -> str:
    """The alphabetic codes of ISO 4217, each between blanks: ` AED AFN … `."""
    import pycountry

    return _spaced(currency.alpha_3 for currency in pycountry.currencies)


@lru_cache
def countries() -> str:
    """The alpha-2 codes of ISO 3166-1, each between blanks: ` AD AE … `."""
    import pycountry

    return _spaced(country.alpha_2 for country in pycountry.countries)


def _spaced(codes: Iterable[str]) -> str:
    return f" {' '.join(sorted(codes))} "

"""The codes that exist: of currencies (ISO 4217) and countries (ISO 3166), from pycountry's lists.

They are looked up when a rule is first rendered, for reading the lists takes a moment.
"""

from collections.abc import Sequence
from functools import lru_cache


@lru_cache
def currencies() -> Sequence[str]:
    """The alphabetic codes of ISO 4217."""
    import pycountry

    return sorted(currency.alpha_3 for currency in pycountry.currencies)


@lru_cache
def countries() -> Sequence[str]:
    """The alpha-2 codes of ISO 3166-1."""
    import pycountry

    return sorted(country.alpha_2 for country in pycountry.countries)

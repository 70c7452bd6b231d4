"""What the invented shop promises: the same for a seed, believable, and exact in its prices."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import ecom_assets
from ecom_assets.generator.catalogue import (
    CATEGORIES,
    CHANNELS,
    COUNTRIES,
    PER_1000_EUR,
    Product,
    catalogue,
    pieces,
    popularity,
    weighted_table,
)


def test_a_seed_gives_the_same_shop_when_it_is_made_anew() -> None:
    first = catalogue(3, products=20, customers=30)
    catalogue.cache_clear()
    assert catalogue(3, products=20, customers=30) == first


def test_another_seed_gives_another_shop() -> None:
    assert catalogue(3, products=20, customers=30) != catalogue(4, products=20, customers=30)


def test_a_shop_is_made_only_once_in_a_process() -> None:
    assert catalogue(3, products=20, customers=30) is catalogue(3, products=20, customers=30)


def test_a_shop_has_the_sizes_that_are_asked_for_and_no_id_twice() -> None:
    shop = catalogue(3, products=250, customers=4000)
    assert len({product.product_id for product in shop.products}) == 250
    assert len({customer.customer_id for customer in shop.customers}) == 4000


def test_products_cost_what_their_category_costs() -> None:
    for product in catalogue(3).products:
        low, high = CATEGORIES[product.category].euros
        assert low * 100 <= product.euro_cents < (high + 1) * 100


def test_every_category_is_sold_and_every_product_has_a_name() -> None:
    shop = catalogue(3)
    assert {product.category for product in shop.products} == set(CATEGORIES)
    assert all(len(product.name.split()) >= 3 for product in shop.products)


@pytest.mark.parametrize(
    ("euro_cents", "currency", "price"),
    [(1999, "EUR", 1999), (1999, "GBP", 1719), (1995, "PLN", 8579), (1250, "USD", 1350)],
)
def test_a_price_is_rounded_half_up_to_hundredths(
    euro_cents: int, currency: str, price: int
) -> None:
    assert Product(1, "", "Books", euro_cents).price(currency) == price


def test_every_country_pays_in_a_currency_that_has_prices() -> None:
    assert {country.currency for country in COUNTRIES.values()} == set(PER_1000_EUR)


def test_shares_of_countries_and_channels_are_percentages() -> None:
    assert sum(country.weight for country in COUNTRIES.values()) == 100
    assert sum(CHANNELS.values()) == 100
    assert all(sum(country.payment_methods.values()) == 100 for country in COUNTRIES.values())


def test_customers_live_in_the_countries_in_proportion_to_their_weights() -> None:
    customers = catalogue(3).customers
    homes = Counter(customer.country for customer in customers)
    for code, country in COUNTRIES.items():
        assert homes[code] / len(customers) == pytest.approx(country.weight / 100, abs=0.01)


def test_everyone_and_everything_can_be_drawn() -> None:
    shop, (customers, _) = catalogue(3), pieces(3)
    assert {entry[0] for entry in customers} == {c.customer_id for c in shop.customers}
    assert len(customers) == 2**18
    shelf = customers[0][1]
    assert len({id(product) for product in shelf}) == len(shop.products)


def test_a_table_holds_each_item_as_often_as_its_weight_asks_for() -> None:
    assert weighted_table("abc", (1, 2, 1), 3) == list("aabbbbcc")
    assert Counter(weighted_table("abc", (70, 20, 10), 10)) == {"a": 716, "b": 205, "c": 103}


def test_popularity_falls_with_the_rank_and_is_never_none() -> None:
    weights = popularity(600, head=20)
    assert weights == sorted(weights, reverse=True)
    assert weights[0] > 20 * weights[-1] > 0


def test_faker_is_not_imported_before_a_shop_is_made() -> None:
    code = "import sys, ecom_assets.generator; sys.exit('faker' in sys.modules)"
    root = Path(ecom_assets.__file__).parents[1]
    assert subprocess.run([sys.executable, "-c", code], cwd=root).returncode == 0

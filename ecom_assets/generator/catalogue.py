"""The invented shop: what it sells, at which prices, to whom, and how often each is drawn.

Faker makes it, once for a seed; it is the same on every day, so that products keep their prices and
customers come back. Weights and prices are whole numbers: no platform rounds them another way.
`catalogue` is the shop for people, `pieces` the same shop as the JSON that lines are made of.
What happens on a day belongs in `day`.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T")

PER_1000_EUR = {"EUR": 1000, "GBP": 860, "USD": 1080, "CHF": 950, "PLN": 4300, "SEK": 11300}
"""What 1,000 euros are in each currency of the shop: made up, and fixed, so prices are stable."""

QUANTITIES = {1: 22, 2: 6, 3: 2, 4: 1, 5: 1}
DEVICES = {"mobile": 60, "desktop": 32, "tablet": 8}
CHANNELS = {
    "organic_search": 27,
    "paid_search": 21,
    "direct": 18,
    "email": 13,
    "social": 11,
    "affiliate": 6,
    "referral": 4,
}


@dataclass(frozen=True, slots=True)
class Country:
    """A country the shop sells to; `weight` is its share of the customers, of 100."""

    weight: int
    currency: str
    payment_methods: Mapping[str, int]


COUNTRIES = {
    "DE": Country(26, "EUR", {"paypal": 38, "invoice": 26, "credit_card": 20, "klarna": 16}),
    "GB": Country(15, "GBP", {"debit_card": 40, "credit_card": 28, "paypal": 20, "apple_pay": 12}),
    "FR": Country(13, "EUR", {"credit_card": 60, "paypal": 24, "apple_pay": 10, "gift_card": 6}),
    "US": Country(11, "USD", {"credit_card": 52, "paypal": 20, "apple_pay": 20, "gift_card": 8}),
    "NL": Country(9, "EUR", {"ideal": 66, "credit_card": 14, "paypal": 10, "klarna": 10}),
    "ES": Country(7, "EUR", {"credit_card": 48, "debit_card": 26, "paypal": 26}),
    "IT": Country(6, "EUR", {"paypal": 42, "credit_card": 34, "debit_card": 24}),
    "PL": Country(4, "PLN", {"blik": 62, "debit_card": 20, "credit_card": 10, "paypal": 8}),
    "AT": Country(3, "EUR", {"invoice": 34, "paypal": 28, "credit_card": 28, "klarna": 10}),
    "SE": Country(3, "SEK", {"klarna": 48, "debit_card": 26, "credit_card": 20, "paypal": 6}),
    "CH": Country(2, "CHF", {"invoice": 40, "credit_card": 34, "paypal": 16, "apple_pay": 10}),
    "BE": Country(1, "EUR", {"debit_card": 52, "credit_card": 28, "paypal": 20}),
}


@dataclass(frozen=True, slots=True)
class Category:
    """Products of one kind: how many of 100, between which whole euros, and what they are."""

    weight: int
    euros: tuple[int, int]
    things: Sequence[str]


CATEGORIES = {
    "Fashion": Category(24, (9, 140), ("T-Shirt", "Jacket", "Jeans", "Sneakers", "Scarf")),
    "Electronics": Category(18, (15, 900), ("Headphones", "Charger", "Monitor", "Keyboard")),
    "Home & Kitchen": Category(17, (6, 260), ("Lamp", "Frying Pan", "Kettle", "Blanket")),
    "Beauty": Category(13, (4, 70), ("Face Cream", "Perfume", "Lip Balm", "Shampoo")),
    "Sports & Outdoors": Category(11, (8, 320), ("Backpack", "Yoga Mat", "Tent", "Bottle")),
    "Toys & Games": Category(9, (5, 90), ("Puzzle", "Board Game", "Plush Bear", "Kite")),
    "Books": Category(8, (5, 45), ("Novel", "Cookbook", "Atlas", "Biography")),
}


@dataclass(frozen=True, slots=True)
class Product:
    """Something the shop sells; its name is for people and in no event."""

    product_id: int
    name: str
    category: str
    euro_cents: int

    def price(self, currency: str) -> int:
        """What one costs, in hundredths of `currency`."""
        return (self.euro_cents * PER_1000_EUR[currency] + 500) // 1000


@dataclass(frozen=True, slots=True)
class Customer:
    """Someone who buys: from home, and mostly on the same kind of device."""

    customer_id: int
    country: str
    device: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The shop; both sequences begin with the most popular."""

    products: Sequence[Product]
    customers: Sequence[Customer]


PiecesOfCustomer = tuple[int, Sequence[Sequence[str]], Sequence[str], Sequence[str]]


def seed_of(*parts: object) -> int:
    """A seed made of `parts`, the same on every machine and in every process."""
    return int.from_bytes(hashlib.sha256(":".join(map(str, parts)).encode()).digest(), "big")


def weighted_table(items: Iterable[T], weights: Iterable[int], bits: int) -> list[T]:
    """A list of 2**bits entries in which each item stands as often as its weight asks for, so that
    `bits` random bits draw one by a look-up. An item too light for one entry is never drawn."""
    weighted = list(zip(items, weights, strict=True))
    total = sum(weight for _, weight in weighted)
    table: list[T] = []
    reached = 0
    for item, weight in weighted:
        reached += weight
        table += [item] * ((reached << bits) // total - len(table))
    return table


def popularity(count: int, *, head: int) -> list[int]:
    """Weights that fall with the rank as 1 / (head + rank): the smaller `head`, the steeper."""
    return [10**9 // (head + rank) for rank in range(count)]


@lru_cache(maxsize=4)
def catalogue(seed: int, *, products: int = 600, customers: int = 50_000) -> Catalogue:
    """The shop of `seed`, with so many products (at most 90,000) and customers (900,000)."""
    from faker import Faker  # slow to import, and needed only where a day is generated

    fake = Faker("en_US")
    fake.seed_instance(seed_of("catalogue", seed))

    def drawn(weights: Mapping[str, int], count: int) -> Sequence[str]:
        choice = OrderedDict((name, float(weight)) for name, weight in weights.items())
        return fake.random_elements(choice, length=count, use_weighting=True)

    def product(product_id: int, category: str) -> Product:
        kind = CATEGORIES[category]
        # The lower of two draws: a shop has more cheap products than dear ones.
        euros = min(fake.random_int(*kind.euros), fake.random_int(*kind.euros))
        cents = euros * 100 + fake.random_element((49, 90, 95, 99))
        name = f"{fake.last_name()} {fake.color_name()} {fake.random_element(kind.things)}"
        return Product(product_id, name, category, cents)

    product_ids = fake.random_sample(range(10_000, 100_000), products)
    kinds = drawn({name: kind.weight for name, kind in CATEGORIES.items()}, products)
    customer_ids = fake.random_sample(range(100_000, 1_000_000), customers)
    homes = drawn({code: country.weight for code, country in COUNTRIES.items()}, customers)
    return Catalogue(
        products=tuple(map(product, product_ids, kinds)),
        customers=tuple(map(Customer, customer_ids, homes, drawn(DEVICES, customers))),
    )


@lru_cache(maxsize=2)
def pieces(seed: int) -> tuple[Sequence[PiecesOfCustomer], Sequence[str]]:
    """The shop of `seed` as pieces of JSON: customers and channels, in tables to draw from.

    A customer (18 random bits) is an id, the products (13 bits) priced for the country, each by
    quantity (5 bits), the ways to pay (8 bits) and the devices (8 bits). A channel takes 8 bits.
    """
    shop = catalogue(seed)

    def products(currency: str) -> list[list[str]]:
        by_quantity = []
        for product in shop.products:
            price = product.price(currency)
            fields = (
                f'"product_id":{product.product_id},"category":"{product.category}",'
                f'"quantity":{quantity},"unit_price":{_money(price)},'
                f'"total_amount":{_money(price * quantity)},'
                for quantity in QUANTITIES
            )
            by_quantity.append(weighted_table(fields, QUANTITIES.values(), 5))
        return weighted_table(by_quantity, popularity(len(by_quantity), head=20), 13)

    def payments(code: str, country: Country) -> list[str]:
        start, end = f'"currency":"{country.currency}","payment_method":"', f'","country":"{code}",'
        ways = country.payment_methods
        return weighted_table([f"{start}{way}{end}" for way in ways], ways.values(), 8)

    def devices(preferred: str) -> list[str]:
        fields = [f'"device":"{device}",' for device in (preferred, *DEVICES)]
        # Four times of five the one that is preferred, else any.
        return weighted_table(fields, (4 * sum(DEVICES.values()), *DEVICES.values()), 8)

    shelves = {currency: products(currency) for currency in PER_1000_EUR}
    ways = {code: payments(code, country) for code, country in COUNTRIES.items()}
    used = {preferred: devices(preferred) for preferred in DEVICES}
    customers = [
        (one.customer_id, shelves[country.currency], ways[one.country], used[one.device])
        for one in shop.customers
        for country in [COUNTRIES[one.country]]
    ]
    channels = [f'"marketing_channel":"{channel}"}}\n' for channel in CHANNELS]
    return (
        weighted_table(customers, popularity(len(customers), head=3000), 18),
        weighted_table(channels, CHANNELS.values(), 8),
    )


def _money(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02d}"

"""What the fields of the stream are called by others, and what their values look like."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ecom_assets.sampling import paths as p
from ecom_assets.sampling.paths import Found

MOSTLY = 0.8
"""The share of a path's values that look like a field's for it to be taken for that field."""


@lru_cache(maxsize=1)
def _currencies() -> Set[str]:
    from babel.numbers import list_currencies

    return frozenset(list_currencies())


def is_currency(value: Any) -> bool:
    """A code of ISO 4217, in capitals or not."""
    return isinstance(value, str) and value.upper() in _currencies()


@dataclass(frozen=True)
class Wanted:
    """What the path of a field looks like.

    Attributes:
        names: what it may be called, the best first.
        looks: what its values look like.
        never: words that no key on the way to it has.
    """

    names: str
    looks: Callable[[Any], bool]
    never: str = ""

    def candidates(self, found: Sequence[Found], owners: int) -> Sequence[Found]:
        """The paths that may be it, the best first: those whose values fit come before others."""
        names, never = self.names.split(", "), set(self.never.split())
        scored = [
            ((one.share(self.looks) >= MOSTLY, score + 20 * len(one.values) / owners), one)
            for one in found
            if not never & one.all_words and (score := one.score(names))
        ]
        scored.sort(key=lambda pair: pair[0], reverse=True)
        return [one for (_, score), one in scored if score >= scored[0][0][1] / 2]


ITEMS = (
    "line item, order item, item, order line, product, line, cart item, cart, good, article, "
    "detail, position, row"
)
QUANTITY = (
    "quantity, qty, quantity ordered, qty ordered, ordered quantity, item quantity, product "
    "quantity, unit, piece, count, number of item"
)
PRICE = (
    "unit price, price, item price, base price, price extax, price inctax, product price, sale "
    "price, list price, amount"
)
_NO_ITEM = (
    "customer user buyer product item payment location store shop session parent associated "
    "tender discount tax merchant ebay external fulfillment"
)
OF_LINE: Mapping[str, Wanted] = {
    "order_id": Wanted(
        "order id, order number, order no, order reference, transaction id, purchase id, invoice "
        "id, invoice number, invoice no, increment id, receipt id, receipt number, checkout id, "
        "order, id, entity id, uuid, number, reference, reference id",
        p.is_id,
        _NO_ITEM,
    ),
    "event_ts": Wanted(
        "order date, ordered at, purchase date, purchased at, created at, created time, date "
        "created, created date, created on, create time, order time, order timestamp, placed at, "
        "sold at, processed at, completed at, event timestamp, event time, occurred at, "
        "transaction date, invoice date, timestamp, created, date, time, datetime, ts",
        p.is_moment,
        "updated modified last tender payment shipped ship delivery due expire birth fulfillment",
    ),
    "customer_id": Wanted(
        "customer id, customer number, client id, user id, buyer id, member id, account id, "
        "customer, user, buyer",
        p.is_id,
        "tax group",
    ),
    "session_id": Wanted("session id, visit id, session, visit", p.is_id),
    "payment_method": Wanted(
        "payment method, payment type, payment gateway, payment method title, payment gateway "
        "name, tender type, gateway, payment method detail, payment method type, payment, "
        "method, tender type",
        p.is_text,
        "shipping delivery fulfillment",
    ),
    "country": Wanted(
        "shipping address country code, delivery address country code, shipping country, shipping "
        "address country, delivery address country, address country code, billing address country "
        "code, billing address country iso 2, billing country, billing address country, country "
        "code, country iso 2, country id, country",
        p.is_country,
        "tax ship from",
    ),
    "device": Wanted("device type, device category, device class, device", p.is_text),
    "marketing_channel": Wanted(
        "marketing channel, utm medium, campaign medium, traffic medium, traffic source, channel "
        "group, medium, acquisition channel",
        p.is_text,
    ),
    "version": Wanted(
        "updated at, last updated time, last update date, date modified, modified at, updated "
        "time, last modified, updated, modified",
        p.is_moment,
        "tender payment fulfillment",
    ),
    "event": Wanted("event name, event, event type, type, action", p.is_text, "payment address"),
    "state": Wanted(
        "order status, financial status, payment status, status, state, order state, fulfillment "
        "status, test, is test, cancelled at, canceled at",
        lambda value: True,
        "shipping address item",
    ),
}
OF_ITEM: Mapping[str, Wanted] = {
    "item_id": Wanted(
        "line item id, order item id, item id, line id, order line id, id, uid, uuid, key",
        p.is_id,
        "product catalog tax discount variant parent return option order_address",
    ),
    "product_id": Wanted(
        "product id, catalog object id, item id, sku, article id, article number, asin, product "
        "code, item code, stock code, product sku, seller sku, variant id, gtin, ean, upc, product",
        p.is_id,
        "order line modifier parent",
    ),
    "category": Wanted(
        "category, product category, item category, department, category name, collection",
        p.is_text,
    ),
    "quantity": Wanted(
        QUANTITY,
        p.is_quantity,
        "shipped refunded returned cancelled canceled fulfillable fulfilled refund total modifier",
    ),
    "unit_price": Wanted(
        PRICE,
        p.is_amount,
        "total tax discount shipping cost compare wrapping modifier subtotal point gift wrap fee",
    ),
}
OF_CURRENCY = Wanted(
    "currency code, currency, ccy, currency iso", is_currency, "default store point base"
)

"""Mappings that use all that a mapping can say, and lines for them, for hypothesis.

`MAPPINGS` reads files by their names: `orders/…` are orders with items, `flat/…` single sales with
a count of milliseconds, `local/…` such with a shop's own time; the others are plain.
"""

import json
from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import strategies as st

from ecom_assets.model.mapping import EventMapping
from ecom_assets.model.mapping_file import parsed_mapping
from ecom_assets.model.stream import EventStream
from ecom_assets_tests.support import strategies as drawn

ORDERS = """
rows = ".order.items"
version = ".rev"
where = [
    { path = ".kind", is = ["order", "1"] },
    { path = ".test", is_not = "true" },
    { path = ".gone.at", exists = false },
]

[fields]
event_id = { join = [".order.id", "@.id"], with = "-" }
event_ts = { first = [".order.paid_at", ".order.at"] }
order_id = ".order.id"
customer_id = '.order.params[key=cust].value.text'
session_id = { join = ["s", ".order.session"], default = "none" }
product_id = { first = ["@.product.id", '@."the sku".no'] }
category = "@.product.tags[1]"
quantity = { path = "@.qty", default = 1 }
unit_price = { path = "@.cents", divide_by = 100 }
total_amount = { product = ["@.price", { path = "@.qty", default = 1 }], minus = ["@.discounts[].amount"] }
currency = { constant = "EUR" }
payment_method = ".order.pay[0]"
country = { path = ".order.country", default = "XX" }
device = { join = ["#file", "#line", "#item"], with = ":" }
marketing_channel = '@.meta[name=channel].value'
%s

[total]
stated = ".order.total"
further = [".order.ship", ".order.fees[].amount.net"]
minus = [{ path = ".order.off", default = 0 }]
tolerance = "0.01"
"""  # noqa: E501

FLAT = """
version = ".v"
where = [{ path = ".type", is = "sale" }]

[fields]
event_id = { join = ["flat", ".id"] }
event_ts = { path = ".ts", unit = "milliseconds" }
order_id = "#line"
category = ".category"
quantity = { constant = "1" }
unit_price = { sum = [".net"], minus = ["0.5"] }
total_amount = { sum = [".net", { path = ".tax", default = 0 }, { product = [".fee", ".fee", "0.5"], default = 0 }], minus = [".off[].by"] }
currency = ".cur"
%s

[total]
stated = ".total"
"""  # noqa: E501

LOCAL = """
[fields]
event_id = ".a.id"
event_ts = { path = ".a.ts", time_zone = "Europe/Berlin", default = "2026-01-05" }
quantity = { join = [".a.whole", ".a.part"], with = "." }
total_amount = ".a.amount"
currency = { first = [".a.currency", ".b.currency"] }
country = ".b.country"
%s
"""


def mappings(stream: EventStream) -> Sequence[tuple[str, EventMapping]]:
    """All of them, of a stream that may have the field `points`."""
    has_points = any(field.name == "points" for field in stream.fields)

    def read(text: str, name: str, points: str) -> EventMapping:
        said = f'points = "{points}"' if has_points else ""
        return parsed_mapping(text % said, name, stream, f"{name}.toml")

    return (
        ("orders/*", read(ORDERS, "orders", "@.points")),
        ("flat/?.jsonl*", read(FLAT, "flat", ".points")),
        ("local/*", read(LOCAL, "local", ".b.points")),
    )


def _object(pairs: Sequence[tuple[str, str | None]]) -> str:
    """A JSON object of JSON texts; a pair without one is left out."""
    told = (f"{json.dumps(name)}:{value}" for name, value in pairs if value is not None)
    return "{" + ",".join(told) + "}"


@st.composite
def _rarely(draw: st.DrawFn, strategy: st.SearchStrategy[str], *usual: str) -> str | None:
    """Mostly the usual, else anything."""
    match draw(st.integers(0, 19)):
        case 7:
            return draw(strategy)
        case 13:
            return draw(st.sampled_from([None, "null"]))
    return draw(st.sampled_from(usual))


odd_nodes = st.sampled_from(
    ["null", "{}", "[]", "1", '"x"', "true", "[1]", "[[]]", '[null,{"a":1}]', '{"a":{"b":[]}}']
)
amounts_in_lists = st.one_of(
    st.sampled_from(["1", "0.10", "2.5", "5e-1", "0.00005", "0", "-0.5", '"0.30"', "12345.678"]),
    drawn.number_texts.map(json.dumps),
    drawn.json_numbers,
    odd_nodes,
    drawn.odd_texts.map(json.dumps),
)


@st.composite
def lists_of_amounts(draw: st.DrawFn, *keys: str) -> str | None:
    """A list of objects with an amount somewhere; or something else."""
    kind = draw(st.sampled_from(["", "", "", "good", "good", "good", "any", "none"]))
    if kind in ("", "none"):
        return None if not kind else draw(odd_nodes)
    amounts = st.sampled_from(["0.10", '"0.20"', "0"]) if kind == "good" else amounts_in_lists
    elements = []
    for _ in range(draw(st.integers(0, 3))):
        element: str | None = draw(amounts)
        for key in keys:
            element = _object([(key, element)])
        elements.append(element if kind == "good" else draw(st.sampled_from([element, "{}"])))
    return "[" + ",".join(map(str, elements)) + "]"


@st.composite
def picked_lists(draw: st.DrawFn, key: str, text: str, value: str) -> str | None:
    """A list of objects of which one may be the one that is looked for."""
    elements = []
    for _ in range(draw(st.integers(0, 3))):
        name = draw(st.sampled_from([json.dumps(text), json.dumps(text), '"other"', "null", "1"]))
        pair = draw(st.sampled_from([(key, name), ("other", name)]))
        usual = _object([pair, ("value", value), ("more", "1")])
        elements.append(draw(st.sampled_from([usual, usual, usual, "{}", "null", "[]", "1"])))
    return draw(st.sampled_from(["[" + ",".join(elements) + "]"] * 4 + [None, "{}", "null"]))


@st.composite
def items(draw: st.DrawFn, near: date, number: int) -> str:
    """An item of an order."""
    if draw(st.integers(0, 14)) == 7:
        return draw(odd_nodes)
    wild = draw(st.integers(0, 2)) == 0
    numbers = drawn.json_numbers if wild else st.sampled_from(["1", "2", '"2"', "1.10"])
    whole = draw(drawn.json_integers) if wild else "1"
    tags = st.sampled_from(['["a","b"]', '["a"]', '[1,2,"c"]', "[1,[]]", "{}"])
    pairs: list[tuple[str, str | None]] = [
        ("id", draw(_rarely(drawn.json_ids, f'"{number}"', str(number)))),
        ("at", draw(_rarely(drawn.moments(near), "null"))),
        ("product", draw(_rarely(odd_nodes, _object([("id", '"p"'), ("tags", draw(tags))])))),
        ("the sku", draw(_rarely(odd_nodes, '{"no":"s1"}'))),
        ("qty", draw(st.one_of(st.none(), numbers))),
        ("cents", draw(st.one_of(st.none(), numbers))),
        ("price", draw(numbers)),
        ("discounts", draw(lists_of_amounts("amount"))),
        ("meta", draw(picked_lists("name", "channel", draw(drawn.json_texts)))),
        ("points", whole),
        ("more", draw(drawn.json_texts)),
    ]
    return _object(draw(st.permutations(pairs)))


@st.composite
def orders(draw: st.DrawFn, near: date) -> str:
    """A line of `orders`."""
    wild = draw(st.integers(0, 2)) == 0
    count = draw(st.sampled_from([0, 1, 1, 2, 2, 3, 4]))
    listed = "[" + ",".join(draw(items(near, n)) for n in range(count)) + "]"
    value = _object([("text", draw(drawn.json_texts))])
    numbers = drawn.json_numbers if wild else st.sampled_from(["1", "2", '"2.30"', "1.10"])
    order: list[tuple[str, str | None]] = [
        ("id", draw(_rarely(drawn.json_ids, *(f'"o{n}"' for n in range(40))))),
        ("at", draw(_rarely(drawn.moments(near), f'"{near}"', f'"{near} 10:00:00.5 UTC"'))),
        ("items", draw(_rarely(odd_nodes, *[listed] * 9))),
        ("params", draw(picked_lists("key", "cust", value))),
        ("session", draw(_rarely(odd_nodes, '"abc"', "12"))),
        ("pay", draw(_rarely(odd_nodes, '["card"]', "[7]", "[]", '[{"a":1}]'))),
        ("country", draw(_rarely(drawn.json_texts, '"DE"'))),
        ("total", draw(_rarely(drawn.json_numbers, "1", "3.30", '"4.40"'))),
        ("ship", draw(_rarely(numbers, "0", "0.005", '"0"'))),
        ("fees", draw(lists_of_amounts("net", "amount"))),
        ("off", draw(st.one_of(st.none(), numbers))),
    ]
    line: list[tuple[str, str | None]] = [
        ("kind", draw(_rarely(odd_nodes, '"order"', "1", '"1"'))),
        ("test", draw(_rarely(st.sampled_from(["true", '"true"']), "false"))),
        ("gone", draw(_rarely(st.just('{"at":"2026"}'), "{}", '{"at":null}', "[]"))),
        ("rev", draw(_rarely(versions(near), *[str(draw(st.integers(1, 4)))] * 3))),
        ("order", draw(_rarely(odd_nodes, *[_object(draw(st.permutations(order)))] * 9))),
        ("order_id", draw(st.sampled_from([None, '"x"']))),
    ]
    return _object(draw(st.permutations(line)))


def versions(near: date) -> st.SearchStrategy[str]:
    said = [f'"{near}T10:00:00+02:00"', f'"{near} 10:00:00 UTC"', '"1969-12-31"', '"7"', '"x"']
    return st.sampled_from([*said, "true", "{}", "12345678901234567", "-1", '"0007"'])


@st.composite
def epochs(draw: st.DrawFn, near: date) -> str:
    """Milliseconds since 1970, of that day as a rule."""
    start = (near - date(1970, 1, 1)) // timedelta(milliseconds=1)
    usual = (
        start
        + draw(st.integers(0, 86_399_999))
        - 86_400_000 * draw(st.sampled_from(drawn.DAYS_LATE))
    )
    fraction = draw(st.sampled_from(["", "", ".5", ".0005", ".9996", ".123456789", "."]))
    odd = ["null", "true", '""', '" 1"', "1e400", "-1", "0", "9" * 17, "9" * 18, "-62135596800000"]
    odd += [
        f"{usual}000e-3",
        f"{usual // 1000}e3",
        f'"{usual}e0"',
        f'" {usual}.e0 "',
        f"{usual}0E-1",
    ]
    odd += [f'"+{usual}"', f'"{usual}."', '".5"', "2e14", "5e-1", '"1e"']
    edges = ["-62135596800001", "253402300799999", "253402300800000", '"x"', f'"{near}"', "[]"]
    said = st.sampled_from([f'"{usual}{fraction}"', f"{usual}{fraction.rstrip('.')}"])
    return draw(said if draw(st.integers(0, 4)) else st.sampled_from([*odd, *edges]))


@st.composite
def flat_sales(draw: st.DrawFn, near: date) -> str:
    """A line of `flat`."""
    wild = draw(st.booleans())
    numbers = drawn.json_numbers if wild else st.sampled_from(["1", "2", '"2.30"', "1.10"])
    pairs: list[tuple[str, str | None]] = [
        ("type", draw(_rarely(odd_nodes, *['"sale"'] * 5, '"other"'))),
        ("id", draw(drawn.json_ids)),
        ("ts", draw(epochs(near))),
        ("v", draw(_rarely(versions(near), "1", "2"))),
        ("category", draw(_rarely(drawn.json_texts, '"books"'))),
        ("net", draw(numbers)),
        ("tax", draw(st.one_of(st.none(), numbers))),
        ("fee", draw(st.one_of(st.none(), numbers))),
        ("off", draw(lists_of_amounts("by"))),
        ("cur", '"EUR"'),
        ("points", draw(drawn.json_integers)),
        ("total", draw(numbers)),
    ]
    return _object(draw(st.permutations(pairs)))


@st.composite
def local_sales(draw: st.DrawFn, near: date) -> str:
    """A line of `local`."""
    numbers = st.one_of(st.sampled_from(["1", "2.5"]), drawn.json_numbers)
    a: list[tuple[str, str | None]] = [
        ("id", draw(drawn.json_ids)),
        ("ts", draw(_rarely(drawn.moments(near), f'"{near} 10:00:00"', f'"{near}T10:00"'))),
        ("whole", draw(_rarely(drawn.json_integers, "1", '"2"'))),
        ("part", draw(_rarely(drawn.json_integers, "5", '"00005"', '"25"'))),
        ("amount", draw(numbers)),
        ("currency", draw(_rarely(drawn.json_texts, '"EUR"'))),
    ]
    b: list[tuple[str, str | None]] = [
        ("country", draw(drawn.json_texts)),
        ("currency", draw(_rarely(drawn.json_texts, '"USD"'))),
        ("points", draw(drawn.json_integers)),
    ]
    pairs: list[tuple[str, str | None]] = [
        ("a", draw(_rarely(odd_nodes, *[_object(a)] * 9))),
        ("b", draw(_rarely(odd_nodes, *[_object(b)] * 9))),
    ]
    return _object(draw(st.permutations(pairs)))


LINES = {"orders": orders, "flat": flat_sales, "local": local_sales}


@st.composite
def lines(draw: st.DrawFn, near: date) -> tuple[str, bytes]:
    """The name of a mapping, and a line for it: whole as a rule, else what is left of one."""
    name = draw(st.sampled_from(["orders", "orders", "orders", "flat", "local"]))
    line = draw(LINES[name](near))
    match draw(st.sampled_from([*[""] * 9, "mistyped", "twice", "foreign"])):
        case "mistyped":
            line = draw(drawn.mistyped(line))
        case "twice":
            at = draw(st.sampled_from([n for n, c in enumerate(line) if c == "{"]))
            line = line[: at + 1] + '"twice":1,"twice":2,' + line[at + 1 :]
        case "foreign":
            line = draw(drawn.objects(near))
    return name, line.encode()

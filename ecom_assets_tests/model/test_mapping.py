"""A mapping's file: what is read of it, and that a mistake is a sentence with its line."""

import tomllib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecom_assets.model import sales
from ecom_assets.model.mapping import (
    PLAIN,
    Amount,
    Condition,
    Constant,
    Epoch,
    EventMapping,
    First,
    Join,
    LocalTime,
    MappingError,
    Origin,
    Picked,
    Place,
    Scaled,
    Upper,
    plain_mapping,
    shape,
)
from ecom_assets.model.mapping_file import (
    SHIPPED_FOLDER,
    named_mapping,
    parsed_mapping,
    read_mapping,
    shipped,
)
from ecom_assets.model.reading import Reading
from ecom_assets.model.stream import Field

NEEDED = """event_id = ".id"
event_ts = ".ts"
quantity = ".n"
total_amount = ".sum"
currency = ".cur"
"""
NEEDED_OF_ITEMS = NEEDED.replace('".id"', '"@.id"')


def parsed(text: str) -> EventMapping:
    return parsed_mapping(text, "mine", sales.SALES, "mine.toml")


def with_field(name: str, said: str, *, top: str = "") -> EventMapping:
    """A mapping with one field said so, and others as they must be."""
    needed = NEEDED_OF_ITEMS if "rows" in top else NEEDED
    others = "".join(line + "\n" for line in needed.splitlines() if not line.startswith(name))
    return parsed(f"{top}\n[fields]\n{others}{name} = {said}\n")


ROWS = 'rows = ".items"'

# ---- what is read

SOURCES: list[tuple[str, str, Any]] = [
    ("order_id", '".a.b-c_1"', Place(("a", "b-c_1"))),
    ("order_id", """'."my key".x'""", Place(("my key", "x"))),
    ("order_id", '".list[0].id"', Place(("list", 0, "id"))),
    ("order_id", '"@.id"', Place(("id",), in_item=True)),
    ("order_id", '".p[key=a b].v"', Place(("p", Picked("key", "a b"), "v"))),
    ("order_id", """'.p["the key"="a"].v'""", Place(("p", Picked("the key", "a"), "v"))),
    ("order_id", '{ path = ".a" }', Place(("a",))),
    ("order_id", '"#line"', Origin("line")),
    ("order_id", '{ path = "#file" }', Origin("file")),
    ("currency", '{ constant = "EUR" }', Constant("EUR")),
    ("currency", "{ constant = 1 }", Constant("1")),
    ("currency", "{ constant = true }", Constant("true")),
    (
        "event_id",
        '{ join = ["shop", ".id", "@.id", "#item"], with = "-" }',
        Join((Constant("shop"), Place(("id",)), Place(("id",), in_item=True), Origin("item")), "-"),
    ),
    ("order_id", '{ join = [".a"] }', Join((Place(("a",)),), "")),
    (
        "country",
        '{ path = ".a", default = "US" }',
        First((Place(("a",)), Constant("US"))),
    ),
    ("country", '{ first = [".a", ".b"] }', First((Place(("a",)), Place(("b",))))),
    (
        "country",
        '{ join = [".a"], default = 0 }',
        First((Join((Place(("a",)),), ""), Constant("0"))),
    ),
    (
        "unit_price",
        '{ path = ".cents", divide_by = 100 }',
        Scaled(Place(("cents",)), "0.01"),
    ),
    (
        "unit_price",
        '{ path = ".cents", divide_by = 1 }',
        Scaled(Place(("cents",)), "1"),
    ),
    (
        "unit_price",
        '{ path = "@.amount", divide_by = 100, '
        'except = { path = ".cur", 1 = ["JPY"], 1000 = ["KWD"] } }',
        Scaled(
            Place(("amount",), in_item=True),
            "0.01",
            Place(("cur",)),
            (("1", ("JPY",)), ("0.001", ("KWD",))),
        ),
    ),
    ("currency", '{ path = ".cur", upper = true }', Upper(Place(("cur",)))),
    (
        "total_amount",
        '{ product = ["@.price", { path = "@.n", default = 1 }], minus = ["@.off[].x.y"] }',
        Amount(
            "product",
            (
                Place(("price",), in_item=True),
                First((Place(("n",), in_item=True), Constant("1"))),
            ),
            (Place(("off",), in_item=True, each=("x", "y")),),
        ),
    ),
    (
        "total_amount",
        '{ sum = [".a", "0.5", 2, { product = [".b"], default = 0 }] }',
        Amount(
            "sum",
            (
                Place(("a",)),
                Constant("0.5"),
                Constant("2"),
                First((Amount("product", (Place(("b",)),)), Constant("0"))),
            ),
        ),
    ),
    ("total_amount", '{ sum = [".a[]"] }', Amount("sum", (Place(("a",), each=()),))),
    ("event_ts", '{ path = ".t", unit = "milliseconds" }', Epoch(Place(("t",)), "milliseconds")),
    (
        "event_ts",
        '{ path = ".t", time_zone = "Europe/Berlin" }',
        LocalTime(Place(("t",)), "Europe/Berlin"),
    ),
]


@pytest.mark.parametrize(("field", "said", "source"), SOURCES, ids=[s for _, s, _ in SOURCES])
def test_a_field_is_filled_as_it_is_said(field: str, said: str, source: Any) -> None:
    assert with_field(field, said, top=ROWS).fields[field] == source


def test_the_rest_of_a_mapping_is_read() -> None:
    mapping = parsed(
        f"""
description = "Mine"
rows = ".order.items"
version = ".updated"
where = [
    {{ path = ".type", is = "sale" }}, {{ path = ".type", is = ["a", 1, true] }},
    {{ path = ".test", is_not = true }},
    {{ path = ".a", exists = true }}, {{ path = ".b", exists = false }},
]
[fields]
{NEEDED_OF_ITEMS}order_id = ".order.id"
[total]
stated = ".total"
further = [".tax", ".fees[].amount"]
minus = [{{ path = ".off", default = 0 }}]
tolerance = "0.05"
"""
    )
    assert mapping.name == "mine"
    assert mapping.description == "Mine"
    assert mapping.rows == Place(("order", "items"))
    assert mapping.version == Place(("updated",))
    assert mapping.where == (
        Condition(Place(("type",)), "is", ("sale",)),
        Condition(Place(("type",)), "is", ("a", "1", "true")),
        Condition(Place(("test",)), "is_not", ("true",)),
        Condition(Place(("a",)), "exists"),
        Condition(Place(("b",)), "is_absent"),
    )
    assert mapping.total is not None
    assert mapping.total.stated == Place(("total",))
    assert mapping.total.further == Amount(
        "sum",
        (Place(("tax",)), Place(("fees",), each=("amount",))),
        (First((Place(("off",)), Constant("0"))),),
    )
    assert mapping.total.tolerance == Decimal("0.05")


def test_without_a_tolerance_money_adds_up_to_the_cent() -> None:
    mapping = parsed(f'[fields]\n{NEEDED}[total]\nstated = ".t"\n')
    assert mapping.total is not None
    assert mapping.total.tolerance == 0
    assert mapping.rows is mapping.version is None
    assert mapping.where == ()


def test_what_decides_is_in_the_fingerprint_and_words_are_not() -> None:
    plain = parsed(f"[fields]\n{NEEDED}")
    assert parsed(f'description = "x"\n[fields]\n{NEEDED}').fingerprint == plain.fingerprint
    others = {
        with_field(field, said, top=ROWS).fingerprint
        for field, said, _ in SOURCES
        if said not in ('{ path = ".a" }',)
    }
    assert len({*others, plain.fingerprint}) == len(others) + 1 == len(SOURCES)
    readings = {
        Reading().version,
        Reading(mappings=(("*", plain),)).version,
        Reading(mappings=(("a*", plain),)).version,
        Reading(time_zone="Europe/Berlin").version,
    }
    assert len(readings) == 4


# ---- what is wrong

FULL = f"""rows = ".items"
[fields]
{NEEDED_OF_ITEMS}"""
"""Its fields begin in line 3; what is appended stands in line 8."""

WRONG: list[tuple[str, int, str]] = [
    ("order_id = 5", 8, "fields.order_id holds 5, but it must be a path or a table"),
    ("order_id = []", 8, "must be a path or a table"),
    ('order_id = "id"', 8, "holds 'id', but it must be a path such as"),
    ('order_id = ""', 8, "must be a path"),
    ('order_id = "."', 8, "must be a path"),
    ('order_id = ".a."', 8, "must be a path"),
    ('order_id = ".a..b"', 8, "must be a path"),
    ('order_id = ".a b"', 8, "must be a path"),
    ('order_id = "[0].a"', 8, "must be a path"),
    ('order_id = ".a[-1]"', 8, "must be a path"),
    ('order_id = ".a[x]"', 8, "must be a path"),
    ('order_id = ".a[1234567]"', 8, "must be a path"),
    ('order_id = "@"', 8, "must be a path"),
    ('order_id = ".a[].b"', 8, "[] sums up amounts"),
    ('order_id = "#row"', 8, "must be a path"),
    ("order_id = {}", 8, "needs path, constant, join, first, sum or product"),
    (
        'order_id = { path = ".a", divide_by = 100 }',
        8,
        "has 'divide_by', which is for a path and a",
    ),
    ('order_id = { path = ".a", unit = "seconds" }', 8, "has 'unit', which is for a path and"),
    ('order_id = { path = ".a", time_zone = "UTC" }', 8, "which is for a path and a moment"),
    ('order_id = { sum = [".a"] }', 8, "must be a sum or a product, of a field that is a number"),
    ("order_id = { join = [] }", 8, "holds [] where a list of some is needed"),
    ('order_id = { join = ".a" }', 8, "where a list of some is needed"),
    ("order_id = { join = [1] }", 8, "holds 1, but it must be a path"),
    ('order_id = { first = ["text"] }', 8, "holds 'text', but it must be a path"),
    ('order_id = { constant = "a", default = "b" }', 8, "'default', which is not known here"),
    ('order_id = { path = ".a", defualt = "b" }', 8, "'defualt', which is not known here"),
    ('orderid = ".a"', 8, "fields.orderid is no field of the stream: there are event_id"),
    ('unit_price = { path = ".a", divide_by = 60 }', 8, "it must be 1, 10, 100 and so on"),
    ('unit_price = { path = ".a", divide_by = "ten" }', 8, "an amount is a path, a number"),
    ('unit_price = { sum = [".a"], product = [".b"] }', 8, "must be a sum or a product"),
    ('unit_price = { sum = [".a[k=t].b[].c"] }', 8, "but a path with [] has no [key=text]"),
    ('unit_price = { sum = [".a[].b[k=t].c"] }', 8, "but a path with [] has no [key=text]"),
    ('unit_price = { path = ".a", default = "free" }', 8, "holds 'free', but a number is needed"),
    ('unit_price = { constant = "free" }', 8, "holds 'free', but a number is needed"),
    ("unit_price = { constant = true }", 8, "holds True, but a number is needed"),
    ('unit_price = { sum = [".a"], default = "x" }', 8, "holds 'x', but a number is needed"),
    ('unit_price = { sum = [{ path = ".a", default = "" }] }', 8, "holds '', but a number"),
    ('country = { path = ".a", default = ["DE"] }', 8, "holds ['DE'] where a text is needed"),
    ("country = { constant = { a = 1 } }", 8, "holds {'a': 1} where a text is needed"),
    ('country = { join = [".a", ["b"]] }', 8, "holds ['b'], but it must be a path"),
    (
        'country = { join = [".a", ".b"], with = ["-"] }',
        8,
        "a with of ['-'], but it must be a text",
    ),
    ('country = { join = [".a", ".b"], with = 1 }', 8, "a with of 1, but it must be a text"),
    ('country = { path = ".a", upper = "no" }', 8, "an upper of 'no', but it must be true or fa"),
    ('unit_price = { sum = ["0.123456789"] }', 8, "which has more than 8 decimals"),
    ("unit_price = { constant = 1e-9 }", 8, "which has more than 8 decimals"),
    (f"unit_price = {'{ sum = [' * 9}'.a'{'] }' * 9}", 8, "more than 8 deep"),
    ('[total]\nstated = ".a"\ntolerance = "-1"', 10, "total.tolerance is -1, but it must not be"),
    ("unit_price = { sum = 1 }", 8, "holds 1 where a list of amounts is needed"),
    ('unit_price = { sum = ["free"] }', 8, "an amount is a path, a number, or a sum"),
    ('unit_price = { sum = ["NaN"] }', 8, "an amount is a path, a number"),
    ('unit_price = { sum = ["1e12"] }', 8, "an amount is a path, a number"),
    ('unit_price = { sum = [".a[].b[].c"] }', 8, "which has [] twice"),
    ('unit_price = { sum = [{ path = ".a", unit = "x" }] }', 8, "'unit', which is not known here"),
    ("unit_price = { sum = [{}] }", 8, "holds None, but it must be a path"),
    ('[total]\nfurther = [".a"]', 8, "total needs stated"),
    ('[total]\nstated = "@.a"', 8, "total reads an item, but it is of the line"),
    ('[total]\nstated = "much"', 9, "total.stated holds 'much', but an amount is"),
    ('[total]\nstated = ".a"\ntolerance = "x"', 10, "total.tolerance holds 'x'"),
    ('[total]\nstated = ".a"\nfurther = ".b"', 10, "where a list of amounts is needed"),
    (
        '[total]\nstated = ".a"\nmore = [".b"]',
        10,
        "total.more is not known: there are stated, further",
    ),
    ('[totals]\nstated = ".a"', 8, "totals is not known: there are description, rows"),
]


@pytest.mark.parametrize(("more", "line", "what"), WRONG, ids=[more for more, _, _ in WRONG])
def test_a_mistake_is_one_sentence_with_its_file_and_line(more: str, line: int, what: str) -> None:
    with pytest.raises(MappingError) as told:
        parsed(f"{FULL}{more}\n")
    said = str(told.value)
    assert what in said
    assert said.startswith(f"The mapping mine.toml, line {line}: "), said
    assert said.endswith(".")
    assert "\n" not in said


@pytest.mark.parametrize(
    "moment",
    [
        *('"epoch"', '"infinity"', '"-infinity"', '"yesterday"', '"now"', '"2026-02-30"'),
        *('"20260105"', '"2026-01-05T24:00"', '"2026-01-05 10:00 PM"', "1767607200"),
        *("10:00:00", "true", '""'),
    ],
)
@pytest.mark.parametrize(
    "said",
    [
        "{ constant = %s }",
        '{ path = ".t", default = %s }',
        '{ path = ".t", unit = "seconds", default = %s }',
        '{ path = ".t", time_zone = "Europe/Berlin", default = %s }',
        '{ join = [".day", ".time"], with = "T", default = %s }',
        '{ first = [".t", ".u"], default = %s }',
    ],
)
def test_a_moment_that_is_always_the_same_is_one(said: str, moment: str) -> None:
    with pytest.raises(MappingError, match=r"line 7: fields\.event_ts holds .* where a moment as"):
        with_field("event_ts", said % moment)


@pytest.mark.parametrize(
    ("moment", "kept"),
    [
        ('"2026-01-05"', "2026-01-05"),
        ("2026-01-05", "2026-01-05"),
        ("2026-01-05T10:00:00Z", "2026-01-05 10:00:00+00:00"),
        ('"2026-01-05t10:00:00,123456789z"', "2026-01-05T10:00:00.123456Z"),
    ],
)
def test_a_moment_that_is_always_the_same_may_be_a_text_or_a_date(moment: str, kept: str) -> None:
    assert with_field("event_ts", f"{{ constant = {moment} }}").fields["event_ts"] == Constant(kept)


@pytest.mark.parametrize(
    "value", ["1.5", '"x"', "true", "9223372036854775808", "[1]", "1979-05-27"]
)
def test_a_whole_number_that_is_always_the_same_is_one(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    points = Field("points", "whole", "For tests: a whole number.")
    with_points = replace(sales.SALES, fields=(*sales.SALES.fields, points))
    monkeypatch.setattr(sales, "SALES", with_points)
    with pytest.raises(MappingError, match=r"fields\.points holds .* where a"):
        with_field("points", f'{{ path = ".p", default = {value} }}')


WHERE_WRONG: list[tuple[str, int, str]] = [
    ('rows = "@.items"', 1, "must be a path from the line"),
    ('rows = ".items[]"', 1, "[] sums up amounts"),
    ("rows = 1", 1, "must be a path"),
    ('version = "@.v"', 1, "must be a path"),
    ('version = "@.v"\nrows = ".items"', 1, "must be a path from the line"),
    ("where = []", 1, "where a list of some is needed"),
    ('where = [{ path = ".a", is = [["b"]] }]', 1, "holds ['b'] where a text is needed"),
    ("where = [1]", 1, "must be a list of conditions"),
    ('where = { path = ".a", is = "b" }', 1, "where a list of some is needed"),
    ('where = [{ path = ".a" }]', 1, "needs one of is, is_not and exists"),
    ('where = [{ path = ".a", is = "b", is_not = "c" }]', 1, "needs one of is, is_not and exists"),
    ('where = [{ path = ".a", exists = "yes" }]', 1, "exists is neither true nor false"),
    ('where = [{ path = ".a", is = [] }]', 1, "where a list of some is needed"),
    ('where = [{ path = ".a", like = "b" }]', 1, "'like'"),
    ('where = [{ is = "b" }]', 1, "holds None, but it must be a path"),
    ('colour = "red"', 1, "colour is not known"),
]


@pytest.mark.parametrize(("top", "line", "what"), WHERE_WRONG, ids=[t for t, _, _ in WHERE_WRONG])
def test_a_mistake_at_the_top_is_told_as_well(top: str, line: int, what: str) -> None:
    with pytest.raises(MappingError) as told:
        parsed(f"{top}\n[fields]\n{NEEDED}")
    assert what in str(told.value)
    assert str(told.value).startswith(f"The mapping mine.toml, line {line}: "), str(told.value)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "needs a table [fields]"),
        ("fields = 1", "needs a table [fields]"),
        ("[fields]", "needs a table [fields]"),
        ("[fields", "is no TOML"),
        ('[fields]\nevent_id = ".a"\nevent_id = ".b"', "is no TOML"),
        (f"[fields]\n{NEEDED}".replace("quantity", "country"), "lacks quantity, without which"),
        (f'[fields]\n{NEEDED}order_id = "@.a"', "@ needs `rows`"),
        (f'[fields]\n{NEEDED}order_id = ".id.x"', "in two ways"),
        (f'[fields]\n{NEEDED}order_id = ".ID"', "differ in capitals alone"),
        (f"[fields]\n{NEEDED}".replace("currency", "country"), "lacks currency, such as"),
        (f'rows = ".items"\n[fields]\n{NEEDED}', "is the same for all items of a line"),
        (f"[fields]\n{NEEDED}".replace('".id"', '"#line"'), "event_id repeats in each file"),
        (
            f'rows = ".items"\n[fields]\n{NEEDED}'.replace('".id"', '{ join = ["a", "#item"] }'),
            "event_id repeats in each file",
        ),
        (
            f'rows = ".items"\nversion = ".v"\n[fields]\n{NEEDED_OF_ITEMS}',
            "order_id is missing, but with rows a version is of an order",
        ),
        (
            f'rows = ".items"\n[fields]\n{NEEDED_OF_ITEMS}[total]\nstated = ".t"'.replace(
                '".ts"', '"@.ts"'
            ),
            "event_ts reads the item, but with [total]",
        ),
        (f"[fields]\n{NEEDED}device = {'[' * 9_999}{']' * 9_999}", "is nested too deeply"),
        (f'rows = ".items"\n[fields]\n{NEEDED}order_id = ".items.x"', "in two ways"),
        (f'rows = ".items"\n[fields]\n{NEEDED}order_id = ".items"', "in two ways"),
    ],
)
def test_what_is_wrong_with_the_whole_is_told(text: str, what: str) -> None:
    with pytest.raises(MappingError, match=r"^The mapping mine\.toml.*\.$") as told:
        parsed(text)
    assert what in str(told.value)


@pytest.mark.parametrize(
    "field", [field.name for field in sales.SALES.fields if field.required], ids=str
)
def test_a_field_that_each_line_needs_must_be_said(field: str) -> None:
    lines = [line for line in NEEDED.splitlines() if not line.startswith(field)]
    with pytest.raises(MappingError, match=f"lacks {field}"):
        parsed("[fields]\n" + "\n".join(lines))


# ---- anything

KEYS = (
    *("description", "rows", "where", "version", "fields", "total", "path", "is", "is_not"),
    *("exists", "join", "with", "first", "constant", "default", "sum", "product", "minus"),
    *("divide_by", "unit", "time_zone", "stated", "further", "tolerance", "x"),
)
texts = st.one_of(
    st.sampled_from(
        [
            *(
                ".a",
                "@.a",
                ".a.b",
                ".a[0]",
                ".a[].b",
                ".a[k=t].b",
                '."a b"',
                "#line",
                "#item",
                "0.5",
            ),
            *("seconds", "Europe/Berlin", "../etc", "", ".", "@", "NaN", "1e99", "-0", "Infinity"),
        ]
    ),
    st.text(max_size=6),
)
values = st.recursive(
    st.one_of(
        texts,
        st.integers(-(2**63), 2**63),
        st.floats(),
        st.booleans(),
        st.dates(),
        st.datetimes(),
        st.sampled_from([1, 10, 100, True]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    ),
    max_leaves=5,
)
EVERYWHERE = [
    *[("fields", field.name) for field in sales.SALES.fields],
    *[(key, None) for key in ("description", "rows", "where", "version", "fields", "total", "x")],
    *[("total", key) for key in ("stated", "further", "minus", "tolerance")],
]


@settings(deadline=None, max_examples=400, suppress_health_check=list(HealthCheck))
@given(at=st.sampled_from(EVERYWHERE), value=values, has_rows=st.booleans())
def test_any_value_anywhere_is_a_mapping_or_one_sentence(
    at: tuple[str, str | None], value: Any, has_rows: bool
) -> None:
    told = tomllib.loads(f"[fields]\n{NEEDED}")
    told["total"] = {"stated": ".t"}
    if has_rows:
        told["rows"], told["fields"]["event_id"] = ".items", "@.id"
    if at[1] is None:
        told[at[0]] = value
    else:
        told[at[0]][at[1]] = value
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tomllib, "loads", lambda text: told)
        try:
            mapping = parsed("")
        except MappingError as error:
            told_wrong: str | None = str(error)
        else:
            told_wrong = None
            assert shape(mapping)
    assert told_wrong is None or (told_wrong.endswith(".") and told_wrong.startswith("The mapping"))


# ---- by name


def test_a_shipped_mapping_is_found_by_its_name_and_any_other_by_its_path(tmp_path: Path) -> None:
    assert "shopify_order" in shipped()
    for name in shipped():
        mapping = named_mapping(name, tmp_path, sales.SALES)
        assert mapping.name == name
        assert mapping.description
        assert mapping == read_mapping(SHIPPED_FOLDER / f"{name}.toml", sales.SALES)
    (tmp_path / "my.toml").write_text(f"[fields]\n{NEEDED}", encoding="utf-8-sig")
    for path in ("my.toml", "./my.toml", str(tmp_path / "my.toml")):
        assert named_mapping(path, tmp_path, sales.SALES).name == "my"


def test_sale_lines_have_their_fields_by_name() -> None:
    mapping = named_mapping(PLAIN, Path(), sales.SALES)
    assert mapping == plain_mapping(field.name for field in sales.SALES.fields)
    assert mapping.is_plain
    assert mapping.fields["order_id"] == Place(("order_id",))
    assert not named_mapping("stripe_charge", Path(), sales.SALES).is_plain


def test_a_mapping_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="There is no mapping 'shopfiy': it must be sale_line, "):
        named_mapping("shopfiy", tmp_path, sales.SALES)
    with pytest.raises(MappingError, match=r"no\.toml cannot be read \(No such file"):
        named_mapping("no.toml", tmp_path, sales.SALES)
    (tmp_path / "latin.toml").write_bytes(b"description = '\xe9'")
    with pytest.raises(MappingError, match=r"latin\.toml cannot be read \(it is no UTF-8\)"):
        named_mapping("latin.toml", tmp_path, sales.SALES)


def test_the_time_zones_are_those_of_the_machine() -> None:
    assert "Europe/Berlin" in available_timezones()
    with pytest.raises(MappingError, match="has the time zone 'Berlin', which is none"):
        with_field("event_ts", '{ path = ".t", time_zone = "Berlin" }')
    for zone in ('"localtime"', '"Factory"', '["UTC"]', "1", "{ a = 1 }"):
        with pytest.raises(MappingError, match=r"has the time zone .*, which is none"):
            with_field("event_ts", f'{{ path = ".t", time_zone = {zone} }}')
    with pytest.raises(MappingError, match="has a unit and a time_zone"):
        with_field("event_ts", '{ path = ".t", time_zone = "UTC", unit = "seconds" }')
    with pytest.raises(MappingError, match="a unit that is none of seconds"):
        with_field("event_ts", '{ path = ".t", unit = "hours" }')

"""`make mapping` finds the mapping of each shipped producer, proposes one for others
that needs little correction, and says no more than it found."""

import gzip
import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ecom_assets.commands import mapping as command
from ecom_assets.model.mapping import PLAIN
from ecom_assets.model.mapping_file import parsed_mapping, shipped
from ecom_assets.model.reading import Reading
from ecom_assets.model.sales import SALES
from ecom_assets.sampling.files import SampleError, read_sample
from ecom_assets.sampling.proposal import propose
from ecom_assets.sampling.staged import Staged, stage
from ecom_assets.settings import PROJECT_ROOT

DATA = PROJECT_ROOT / "ecom_assets_tests/data"
ROWS, COLUMNS = 40, 100
MOST_CORRECTIONS = 3

CORRECTIONS = {
    "amazon": {"where", "total.tolerance"},
    "square": {"where"},
    "commercetools": {"where"},
    "magento": {"where"},
    "bigcommerce": {"where", "fields.quantity"},  # and another program has to rewrite its dates
}
"""By a producer that no mapping is shipped for, the entries that a person has to correct: those in
which the proposal is not what stands beside the sample."""

Screen = Callable[..., list[str]]


@pytest.fixture
def screen(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Screen:
    """The lines that the command prints."""
    for name in ("ECOM_MAPPING", "ECOM_HIDE_VALUES"):
        monkeypatch.delenv(name, raising=False)

    def printed(*arguments: object) -> list[str]:
        command.main([str(argument) for argument in arguments])
        return capsys.readouterr().out.splitlines()

    return printed


def proposed(producer: str) -> Mapping[str, Any]:
    lines = read_sample(DATA / f"unknown/{producer}.jsonl").lines
    return tomllib.loads(propose(lines, producer).toml())


def staged(producer: str, toml: str) -> Staged:
    """What becomes of a producer's sample by a mapping."""
    mapping = parsed_mapping(toml, producer, SALES, producer)
    return stage(read_sample(DATA / f"unknown/{producer}.jsonl"), [mapping], Reading())[0]


@pytest.mark.slow
@pytest.mark.parametrize("name", [*shipped(), PLAIN])
def test_the_sample_of_each_shipped_mapping_finds_it(name: str, screen: Screen) -> None:
    lines = screen(DATA / f"mappings/{name}.jsonl")
    assert lines[1].startswith(f"{name} fits best"), lines
    expected = json.loads((DATA / f"mappings/{name}.expected.json").read_text())
    sales = len(expected["clean"]) + sum(expected["rejects"].values())
    assert f"{sales} sales, {len(expected['clean'])} of them clean" in lines[2]
    assert len(lines) <= ROWS
    assert max(map(len, lines[:20])) <= COLUMNS


@pytest.mark.parametrize("producer", CORRECTIONS)
def test_a_proposal_needs_few_corrections(producer: str) -> None:
    right = entries(tomllib.loads((DATA / f"unknown/{producer}.toml").read_text("utf-8")))
    found = entries(proposed(producer))
    differing = {key for key in {*right, *found} if right.get(key) != found.get(key)}
    assert differing == CORRECTIONS[producer]
    assert len(differing) <= MOST_CORRECTIONS


def entries(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """A mapping's entries by their names, those of a table with its name before."""
    tables = {f"{t}.{key}": v for t in ("fields", "total") for key, v in told.get(t, {}).items()}
    return {**{k: v for k, v in told.items() if k not in ("fields", "total")}, **tables}


@pytest.mark.parametrize(
    ("producer", "field", "source"),
    [
        ("amazon", "event_id", {"join": ["amazon", ".orderId", "@.orderItemId"], "with": "-"}),
        ("amazon", "event_ts", ".createdTime"),
        ("amazon", "total_amount", "@.proceeds.proceedsTotal.amount"),
        ("amazon", "country", ".recipient.deliveryAddress.countryCode"),
        ("square", "event_id", {"join": ["square", ".id", "@.uid"], "with": "-"}),
        ("square", "total_amount", {"path": "@.total_money.amount", "divide_by": 100}),
        ("square", "currency", "@.total_money.currency"),
        ("commercetools", "unit_price", {"path": "@.price.value.centAmount", "divide_by": 100}),
        ("magento", "currency", ".order_currency_code"),
        ("magento", "total_amount", "@.row_total"),
        ("magento", "quantity", "@.qty_ordered"),
        ("bigcommerce", "country", ".billing_address.country_iso2"),
        ("bigcommerce", "total_amount", ".total_inc_tax"),
    ],
)
def test_a_field_is_found_by_name_type_and_values(producer: str, field: str, source: Any) -> None:
    assert proposed(producer)["fields"][field] == source


@pytest.mark.parametrize("producer", ["amazon", "square", "commercetools", "magento"])
def test_a_proposed_mapping_reads_all_sales_of_its_sample(producer: str) -> None:
    lines = read_sample(DATA / f"unknown/{producer}.jsonl").lines
    found = staged(producer, propose(lines, producer).toml())
    assert found.clean_share == 1.0
    off = len(found.tables["sales_order_totals"])
    compared = found.total("compared_orders", "sales_quality_files")
    assert off * 2 < compared == len(lines)
    assert off == (1 if producer == "amazon" else 0)


def test_an_order_is_said_to_add_up_only_where_most_do() -> None:
    order = {"id": "a", "created_at": "2026-01-05", "total": 9, "items": [{"qty": 1, "price": 5}]}
    lines = [json.dumps({**order, "id": str(n), "total": 5 if n == 1 else 9}) for n in range(3)]
    assert "total" not in tomllib.loads(propose(lines, "shop").toml())
    lines = [json.dumps({**order, "id": str(n), "total": 9 if n == 1 else 5}) for n in range(3)]
    assert tomllib.loads(propose(lines, "shop").toml())["total"] == {"stated": ".total"}


def test_what_is_not_found_is_said_and_not_made_up(tmp_path: Path, screen: Screen) -> None:
    sample = tmp_path / "odd.jsonl"
    sample.write_text('{"a": 1, "b": {"c": "x"}}\n{"a": 2}\n')
    write = tmp_path / "odd.toml"
    lines = screen(sample, "--write", write)
    assert "No mapping fits" in lines[1]
    assert "0 of them clean (0.0%)" in lines[3]
    fields = tomllib.loads(write.read_text())["fields"]
    assert set(fields) == {"event_id", "event_ts", "quantity", "total_amount", "currency"}
    for field in SALES.fields:
        shown = next(line for line in lines if line.startswith(field.name))
        assert field.name in fields or shown.split()[1:] == ["nothing"]
        assert field.name in ("event_id", "quantity") or "100.0%" not in shown
    assert 'currency = ".currency"  # nothing found' in write.read_text()
    assert "a file of another name is other events" in write.read_text()


@pytest.mark.parametrize(
    ("line", "path", "told"),
    [
        ({"ts": 1767600000}, ".ts", 'unit = "seconds"'),
        ({"event_time": 1767600000123}, ".event_time", 'unit = "milliseconds"'),
        ({"created_at": "2026-01-05 10:00:00"}, ".created_at", "no offset: UTC"),
        ({"created_at": "Mon, 05 Jan 2026"}, ".created_at", "a form that no mapping reads"),
        ({"a\nb": "c", "date": "2026-01-05"}, ".date", '".date"\n'),
    ],
)
def test_a_moment_is_told_with_its_form(line: Mapping[str, Any], path: str, told: str) -> None:
    toml = propose([json.dumps(line)], "shop").toml()
    written = next(one for one in toml.splitlines(True) if one.startswith("event_ts"))
    assert path in written
    assert told in written


def test_events_of_other_kinds_are_no_sales() -> None:
    sale = {"event": "checkout_completed", "id": "1", "total": 3, "time": "2026-01-05T10:00:00Z"}
    lines = [json.dumps(one) for one in ({"event": "page_view", "url": "/"}, sale)]
    told = tomllib.loads(propose(lines, "shop").toml())
    assert told["where"] == [{"path": ".event", "is": "checkout_completed"}]


def test_shapes_that_no_mapping_reads_side_by_side_are_left_out() -> None:
    lines = ['{"order": "1"}', '{"order": {"created_at": "2026-01-05"}}']
    toml = propose(lines, "shop").toml()
    parsed_mapping(toml, "shop", SALES, "shop")
    assert tomllib.loads(toml)["fields"]["event_ts"] == ".order.created_at"


ORDERS: list[dict[str, Any]] = [{"id": 1, "items": [{"sku": "a"}]}, {"id": 2, "items": []}]


@pytest.mark.parametrize(
    ("name", "text", "advice"),
    [
        ("a.jsonl", "".join(json.dumps(one) + "\n" for one in ORDERS), ""),
        ("a.ndjson", "".join(json.dumps(one) + "\r\n\r\n" for one in ORDERS), ""),
        ("a.json", "".join(json.dumps(one) + "\n" for one in ORDERS), "Rename it to "),
        ("a.json", json.dumps(ORDERS), "json.load(sys.stdin)]"),
        ("a.json", json.dumps({"orders": ORDERS}, indent=2), 'json.load(sys.stdin)["orders"]]'),
        ("a.json", json.dumps({"orders": ORDERS}), 'json.load(sys.stdin)["orders"]]'),
        ("a.json", "\n".join(json.dumps(one, indent=2) for one in ORDERS), "| jq -c . >"),
        ("a.jsonl", json.dumps(ORDERS, indent=1), "json.load(sys.stdin)]"),
        ("a.json", json.dumps(ORDERS[0]) + "\n\n" + json.dumps(ORDERS[1]), "Rename it to "),
        ("a.jsonl.gz", "".join(json.dumps(one) + "\n" for one in ORDERS), ""),
        ("a.json.gz", json.dumps(ORDERS), "zcat "),
    ],
)
def test_a_file_of_any_json_is_looked_at(tmp_path: Path, name: str, text: str, advice: str) -> None:
    file = tmp_path / name
    file.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    sample = read_sample(file)
    assert [json.loads(line) for line in sample.lines] == ORDERS
    assert advice in sample.advice
    assert bool(advice) == bool(sample.advice)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", b"id,total\n1,2\n", "is no JSON"),
        ("a.jsonl", b"", "is empty"),
        ("a.jsonl.gz", b"\x1f\x8b\x08", "no complete gzip"),
        ("a.parquet", b"PAR1\x00\xff", "is no JSON"),
        ("a.json", b"[1, 2]", "is no JSON"),
    ],
)
def test_another_file_is_one_sentence(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SampleError, match=told):
        read_sample(tmp_path / name)
    with pytest.raises(SystemExit, match=r"^ecom_assets: [^\n]+$"):
        command.main([str(tmp_path / name)])


def test_a_line_ends_where_the_pipeline_ends_it(tmp_path: Path) -> None:
    odd = '{"a": "b\u2028c\x85d"}'
    (tmp_path / "a.jsonl").write_text(f"{odd}\n{odd}\n", encoding="utf-8")
    assert read_sample(tmp_path / "a.jsonl").lines == [odd, odd]


ODD = ['"1e999999"', "1e400", "NaN", '"\\ud800"', "[" * 5_000 + "]" * 5_000]


@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
def test_odd_values_end_no_proposal(value: str) -> None:
    item = f'{{"price": {value}, "qty": 12, "\\ud800": 1}}'
    lines = [f'{{"id": "1", "created_at": {value}, "items": [{item}], "total": {value}}}']
    lines.append('{"id": "2", "total": 5, "items": [{"price": 5, "qty": 1}]}')
    toml = propose(lines, "shop").toml()
    parsed_mapping(toml, "shop", SALES, "shop")
    assert toml.encode()


def test_only_the_first_lines_are_looked_at_and_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": 1}\n' * 12)
    sample = read_sample(tmp_path / "a.jsonl", most=10)
    assert (len(sample.lines), sample.there_are_more) == (10, True)


def test_each_line_is_judged_on_its_own_day(tmp_path: Path, screen: Screen) -> None:
    sale = {"quantity": 1, "total_amount": 2, "currency": "EUR"}
    days = ("2019-03-01", "2026-01-05", "2026-02-05")
    (tmp_path / "a.jsonl").write_text(
        "".join(json.dumps({**sale, "event_id": d, "event_ts": d}) + "\n" for d in days)
    )
    lines = screen(tmp_path / "a.jsonl", "--mapping", "sale_line")
    assert "3 of them clean (100.0%)" in lines[2]
    assert "3 days, 1 Mar 2019" in lines[2]


def test_values_stay_hidden_where_they_shall(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = DATA / "mappings/sale_line.jsonl"
    assert "EUR" in "".join(screen(sample, "--mapping", "sale_line"))
    monkeypatch.setenv("ECOM_HIDE_VALUES", "true")
    shown = "".join(screen(sample, "--mapping", "sale_line"))
    assert "EUR" not in shown
    assert command.HIDDEN in shown


def test_no_file_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("mine")
    for target in ("a.toml", "a.txt", "my shop.toml", "nowhere/b.toml"):
        with pytest.raises(SystemExit, match="name a new file with"):
            command.main(
                [str(DATA / "mappings/sale_line.jsonl"), "--write", str(tmp_path / target)]
            )
    assert (tmp_path / "a.toml").read_text() == "mine"


def test_a_proposal_tells_no_values_where_they_are_to_be_hidden() -> None:
    lines = [
        json.dumps(
            {
                "id": number,
                "status": f"alice{number}@example.com",
                "created": f"Mon, {number} Jan 2026 10:00:00 +0000",
                "items": [{"sku": "a", "quantity": 1, "price": "2.50"}],
            }
        )
        for number in range(1, 9)
    ]
    shown, hidden = (propose(lines, "mine", hide_values=hide) for hide in (False, True))
    for told, is_hidden in ((shown, False), (hidden, True)):
        text = " ".join([told.toml(), *told.hints])
        assert ("alice" not in text) == is_hidden
        assert ("10:00:00 +0000" not in text) == is_hidden


def test_no_version_is_proposed_where_lines_are_of_several_events() -> None:
    lines = [
        json.dumps(
            {
                "event": event,
                "order_id": f"o{number}",
                "created_at": "2026-01-05T10:00:00Z",
                "updated_at": f"2026-01-05T1{place}:00:00Z",
                "quantity": 1,
                "total": "2.50",
                "currency": "EUR",
            }
        )
        for number in range(9)
        for place, event in enumerate(("purchase", "shipment"))
    ]
    top = tomllib.loads(propose(lines, "mine").toml())
    assert "where" in top
    assert "version" not in top

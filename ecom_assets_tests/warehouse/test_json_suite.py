"""JSONTestSuite's documents, whose own verdicts are those of others: a line is JSON or it is not.

Each document is loaded as a line of its own and as a field of a good event. Where the suite leaves
it open (`i_`), the model of RFC 8259 decides, for both engines alike. The documents are Nicolas
Seriot's (https://github.com/nst/JSONTestSuite, licence beside them), all of up to 5 kB.
"""

import json
from pathlib import Path

from ecom_assets_tests.torture.report import Figures
from ecom_assets_tests.warehouse.conftest import DAY, Staging, good

SUITE = Path(__file__).parent.parent / "data" / "json-test-suite.jsonl"
DOCUMENTS = {
    entry["name"]: entry["bytes"].encode("latin-1")
    for entry in map(json.loads, SUITE.read_text(encoding="utf-8").splitlines())
}
ONE_LINE = {name: document for name, document in DOCUMENTS.items() if b"\n" not in document}
TWICE = {"y_object_duplicated_key", "y_object_duplicated_key_and_value"}
"""JSON to the suite, and to RFC 8259, which warns of it; a broken rule here."""

MALFORMED = "Malformed JSON"


def test_a_document_is_json_where_the_suite_says_so_and_else_malformed(
    staging_on_both: Staging, figures: Figures
) -> None:
    assert len(ONE_LINE) > 300
    start = json.dumps(good())[:-1].encode().replace(b"e1", b"e%d")
    lines = [
        (start % number) + b', "document": ' + document + b"}"
        for number, document in enumerate(ONE_LINE.values())
    ]
    as_fields, as_lines = f"dt={DAY}/fields.jsonl", f"dt={DAY}/lines.jsonl"
    staging_on_both.land(as_fields, b"\n".join(lines))
    staging_on_both.land(as_lines, b"\n".join(ONE_LINE.values()))
    reasons = staging_on_both.run()
    verdicts = {name: reasons[as_fields, number] for number, name in enumerate(ONE_LINE, 1)}
    wrong = {
        name: said
        for name, said in verdicts.items()
        if (name.startswith("y_") and name not in TWICE and said)
        or ((name.startswith("n_") or name in TWICE) and said != MALFORMED)
    }
    assert not wrong
    figures.count("inputs tried", 2 * len(ONE_LINE))
    figures.count("rows compared", len(reasons))

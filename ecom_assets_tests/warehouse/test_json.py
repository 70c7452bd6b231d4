"""What is JSON is JSON however deep it is, and whoever asks."""

import pytest

from ecom_assets.warehouse.arrow import is_json

DEEP = 1_500


@pytest.mark.parametrize("depth", [1, DEEP])
@pytest.mark.parametrize(
    ("inner", "verdict"),
    [
        ('"\\ud83d"', True),
        ('"]}[{ \\" ,"', True),
        ('{"a": [1e5, {}, []], "a": -0.0}', True),
        ("", True),
        ("1,", False),
        ("01", False),
        ("NaN", False),
        ('"\\x"', False),
        ('"a\nb"', False),
        ('{"a"}', False),
        ("]", False),
        ('"', False),
    ],
)
def test_json_is_told_at_any_depth(depth: int, inner: str, verdict: bool) -> None:
    assert is_json("[" * depth + inner + "]" * depth) is verdict
    assert is_json('{"a":' * depth + (inner or "0") + "}" * depth) is (verdict or inner == "")


@pytest.mark.parametrize("text", ["[" * DEEP, "]" * DEEP, "[" * DEEP + "}" * DEEP])
def test_what_is_not_closed_is_no_json(text: str) -> None:
    assert not is_json(text)

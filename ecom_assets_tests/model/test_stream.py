"""A stream that is declared wrongly is refused in one sentence, before anything is read."""

from dataclasses import replace

import pytest

from ecom_assets.model.sales import SALES
from ecom_assets.model.stream import EventStream, Field, StreamError


def with_field(name: str) -> tuple[Field, ...]:
    return (*SALES.fields, Field(name, "text", "A field."))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"fields": with_field("order")}, "has a field 'order'"),
        ({"fields": with_field("raw")}, "has a field 'raw'"),
        ({"fields": with_field("Coupon")}, "has a field 'Coupon'"),
        ({"fields": with_field("coupon code")}, "has a field 'coupon code'"),
        ({"fields": with_field("country")}, "has the field 'country' twice"),
        ({"rules": (*SALES.rules, SALES.rules[0])}, "has the rule 'json_object' twice"),
        (
            {"rules": (*SALES.rules, replace(SALES.rules[0], name="other"))},
            "has the reason 'Malformed JSON' twice",
        ),
        (
            {"rules": (replace(SALES.rules[0], field="coupon"),)},
            "The rule json_object is about 'coupon', which is no field",
        ),
        ({"breakdowns": ("coupon",)}, "is broken down by 'coupon', which is no field"),
        ({"breakdowns": ("quantity",)}, "is broken down by 'quantity', which is no field"),
        ({"breakdowns": ("country", "country")}, "has the breakdown 'country' twice"),
    ],
)
def test_a_wrong_declaration_is_one_sentence(changed: dict[str, object], told: str) -> None:
    with pytest.raises(StreamError) as error:
        EventStream(**{**vars(SALES), **changed})
    assert told in str(error.value)
    assert "\n" not in str(error.value)

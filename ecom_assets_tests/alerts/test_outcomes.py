"""What a channel has acknowledged survives the cursor."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ecom_assets.alerts.outcomes import (
    Acknowledged,
    ChannelState,
    Day,
    Outcome,
    from_cursor,
    to_cursor,
)
from ecom_assets.partitions import ranges

NOW = datetime(2026, 1, 8, 7, tzinfo=UTC)

days = st.none() | st.dates(date(2025, 12, 1), date(2026, 2, 1))
failing = st.sampled_from([Outcome.WARNING, Outcome.ERROR])
acknowledged = st.builds(
    Acknowledged.of,
    st.dictionaries(days, failing),
    st.integers(0, 10**9).map(lambda second: datetime.fromtimestamp(second, UTC)),
    st.integers(0),
)
answering = st.builds(ChannelState, st.integers(0), st.dictionaries(st.text(), acknowledged))
states = answering | answering.map(lambda state: state.with_answer(NOW, has_answered=False))


@given(st.dictionaries(st.text(min_size=1), states))
def test_a_cursor_gives_back_what_was_put_in(kept: dict[str, ChannelState]) -> None:
    assert from_cursor(to_cursor(kept)) == kept


def test_a_year_of_failing_days_is_short_in_the_cursor() -> None:
    year: dict[Day, Outcome] = {
        date(2026, 1, 1) + timedelta(days=n): Outcome.ERROR for n in range(365)
    }
    cursor = to_cursor({"channel": ChannelState(1, {"a:b": Acknowledged.of(year, NOW, 1)})})
    assert len(cursor) < 200


def test_days_with_a_gap_are_two_ranges() -> None:
    d = date(2026, 1, 31)
    found = ranges([d + timedelta(days=3), d, d + timedelta(days=1)])
    assert [(part.first, part.last) for part in found] == [
        (d, date(2026, 2, 1)),
        (date(2026, 2, 3), date(2026, 2, 3)),
    ]

"""The paths of a sample's JSON: what stands at each, and what its name and its values look like.

Which of them a mapping is made of is decided in `proposal.py`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

Owner = tuple[int, int]
"""A line's number and its item's; the line itself has the item -1."""
Steps = tuple[str | int, ...]

NOISE = frozenset({"amount", "money", "value", "cent"})
"""Words that say nothing beside another: `total_money.amount` is a total."""
_TOGETHER = (("inc", "tax"), ("incl", "tax"), ("ex", "tax"), ("excl", "tax"))
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?( ?UTC|Z|[+-]\d\d:?\d\d)?)?"
)  # fmt: skip
EPOCHS = {"seconds": 1, "milliseconds": 1_000, "microseconds": 1_000_000}
LARGEST = 38
"""Digits of a number that may be an amount or a moment."""
DEEPEST = 12
"""Keys of a path that are followed."""
_YEARS_1990_TO_2100 = range(631_152_000, 4_102_444_800)


@dataclass(eq=False)
class Found:
    """A path with all its values.

    Attributes:
        steps: keys, and 0 for the first element of a list.
        in_item: whether it begins at the item.
        values: what is not null, by the line or item that has it.
    """

    steps: Steps
    in_item: bool
    values: dict[Owner, Any] = field(default_factory=dict)

    @cached_property
    def path(self) -> str:
        """As it stands in a mapping."""
        return ("@" if self.in_item else "") + path_of(self.steps)

    @cached_property
    def words(self) -> Sequence[Sequence[str]]:
        """The words of each key, without those that say nothing."""
        keys = [_words(step) for step in self.steps if isinstance(step, str)]
        while len(keys) > 1 and set(keys[-1]) <= NOISE:
            keys.pop()
        return [*keys[:-1], [w for w in keys[-1] if w not in NOISE] or keys[-1]]

    @cached_property
    def all_words(self) -> set[str]:
        """The words of all its keys."""
        return {word for key in self.words for word in key}

    @property
    def is_in_list(self) -> bool:
        """Whether it stands in the first of several elements."""
        return any(isinstance(step, int) for step in self.steps)

    def is_beside(self, other: "Found") -> bool:
        """Whether both are keys of the same object."""
        return (self.in_item, self.steps[:-1]) == (other.in_item, other.steps[:-1])

    def share(self, looks: Callable[[Any], bool]) -> float:
        """Of its values those that look so."""
        return sum(map(looks, self.values.values())) / len(self.values) if self.values else 0.0

    def score(self, names: Sequence[str]) -> float:
        """How well one of these names, the best of which comes first, is this path's; 0: none is.
        A name of one word must be all of the last key."""
        last = self.words[-1]
        flat = [word for key in self.words for word in key]
        best = 0.0
        for rank, name in enumerate(names):
            parts = name.split()
            if flat[-len(parts) :] == parts and (len(parts) > 1 or len(last) == 1):
                extra = max(len(last) - len(parts), 0)
                by_rank = 100 * (1 - rank / (1.5 * len(names)))
                best = max(best, by_rank - 8 * extra - 2 * len(self.steps))
        if self.is_in_list:
            best -= 15
        return max(best, 0.0)


def path_of(steps: Steps) -> str:
    """A path from the line, as it stands in a mapping."""
    return "".join(
        f"[{step}]"
        if isinstance(step, int)
        else f".{step}"
        if re.fullmatch(r"[\w-]+", step)
        else f'."{step}"'
        for step in steps
    )


def _words(key: str) -> list[str]:
    """`lastUpdatedTimes` → last, updated, time."""
    found = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", key)
    words = [_singular(word.lower()) for word in found] or [key.lower()]
    for first, second in _TOGETHER:
        for at in range(len(words) - 1):
            if words[at : at + 2] == [first, second]:
                words[at : at + 2] = [f"{first.removesuffix('l')}{second}"]
    return words


def _singular(word: str) -> str:
    is_plural = word.endswith("s") and not word.endswith(("ss", "us", "is", "ys")) and len(word) > 3
    return word.removesuffix("s") if is_plural else word


def paths_of(lines: Sequence[Mapping[str, Any]], rows: Steps | None) -> Sequence[Found]:
    """All paths with a value, from the line, and from the items in its list at `rows`."""
    found: dict[tuple[bool, Steps], Found] = {}

    def see(value: Any, owner: Owner, in_item: bool) -> None:
        for steps, leaf in _leaves(value, rows if not in_item else None):
            one = found.setdefault((in_item, steps), Found(steps, in_item))
            one.values[owner] = leaf

    for number, line in enumerate(lines, start=1):
        see(line, (number, -1), in_item=False)
        for place, item in enumerate(items_of(line, rows) if rows else ()):
            see(item, (number, place), in_item=True)
    return _of_one_shape(list(found.values()))


def _of_one_shape(found: Sequence[Found]) -> Sequence[Found]:
    """Without those that a mapping cannot read beside the others: a value where others have an
    object, a list where those before have an object."""
    kinds: dict[tuple[bool, Steps], type] = {}
    for one in found:
        for length in range(1, len(one.steps)):
            kinds.setdefault((one.in_item, one.steps[:length]), type(one.steps[length]))
    return [
        one
        for one in found
        if (one.in_item, one.steps) not in kinds
        and all(
            kinds[one.in_item, one.steps[:length]] is type(one.steps[length])
            for length in range(1, len(one.steps))
        )
    ]


def _has_path(key: str) -> bool:
    """Whether a mapping can name such a key."""
    return bool(re.fullmatch(r'[^"\\\ud800-\udfff]+', key)) and key.isprintable()


def items_of(line: Mapping[str, Any], rows: Steps) -> Sequence[Mapping[str, Any]]:
    """The items in a line's list."""
    value: Any = line
    for step in rows:
        value = value.get(step) if isinstance(value, dict) else None
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _leaves(value: Any, without: Steps | None, steps: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    if len(steps) > DEEPEST:
        return
    if isinstance(value, dict):
        for key, below in value.items():
            if (*steps, key) != without and _has_path(key):
                yield from _leaves(below, without, (*steps, key))
    elif isinstance(value, list):
        if value and steps:
            yield from _leaves(value[0], without, (*steps, 0))
    elif value not in (None, "") and steps:
        yield steps, value


def lists_of(value: Any, steps: Steps = ()) -> Iterator[tuple[Steps, Sequence[Any]]]:
    """The lists of objects in a line that are in no other list."""
    for key, below in value.items():
        if not _has_path(key) or len(steps) >= DEEPEST:
            continue
        if isinstance(below, dict):
            yield from lists_of(below, (*steps, key))
        elif isinstance(below, list) and below and all(isinstance(one, dict) for one in below):
            yield (*steps, key), below


def number(value: Any) -> Decimal | None:
    """A JSON number or its text."""
    try:
        is_number = isinstance(value, int | float | str) and not isinstance(value, bool)
        found = Decimal(str(value)) if is_number else None
    except InvalidOperation:
        return None
    fits = found is not None and found.is_finite() and -LARGEST < found.adjusted() < LARGEST
    return found if fits else None


def is_text(value: Any) -> bool:
    """A name or a word: no number, no long text."""
    return isinstance(value, str) and len(value) <= 60 and number(value) is None


def is_id(value: Any) -> bool:
    """A text or a whole number."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return is_whole or (isinstance(value, str) and len(value) <= 100)


def is_amount(value: Any) -> bool:
    """An amount of money, or its text."""
    return number(value) is not None


def is_quantity(value: Any) -> bool:
    """A number of pieces."""
    found = number(value)
    return found is not None and 0 <= found < 100_000


def is_country(value: Any) -> bool:
    """Two letters, as ISO 3166 has them."""
    return isinstance(value, str) and bool(re.fullmatch("[A-Za-z]{2}", value))


def is_moment(value: Any) -> bool:
    """A text that a mapping can read, or a count since 1970."""
    return epoch(value) is not None or (isinstance(value, str) and bool(_MOMENT.fullmatch(value)))


def is_local_time(value: Any) -> bool:
    """A moment of which the offset is not told."""
    return isinstance(value, str) and bool(
        re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?", value)
    )


def epoch(value: Any) -> str | None:
    """The unit in which a number counts from 1970 to a moment of these times."""
    found = number(value)
    if found is None:
        return None
    return next((u for u, per in EPOCHS.items() if int(found) // per in _YEARS_1990_TO_2100), None)

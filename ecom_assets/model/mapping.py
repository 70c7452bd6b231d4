"""A mapping: where the stream's fields are in a producer's JSON, as values.

How a TOML file becomes these is in `mapping_file.py`, how they are said in SQL in
`warehouse/mapping_sql.py`.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from typing import Any, Literal

PLAIN = "sale_line"
"""The name of the mapping of lines that have each field by its own name."""


class MappingError(ValueError):
    """A mapping cannot be used; the text says what is wrong, in which file and line."""


@dataclass(frozen=True)
class Picked:
    """A step into a list of objects: the first one whose `key` is this text."""

    key: str
    text: str


Each = Literal["[]"]
Step = str | int | Picked
"""A step into a JSON value: a key of an object, a place in a list from 0, or an object in one."""


@dataclass(frozen=True)
class Place:
    """A value in a line, or in one of its items.

    Attributes:
        steps: the way to it; where `each` is set, to a list.
        in_item: whether it begins at the item and not at the line.
        each: the way on from each element of the list; None: there is no list to be summed up.
    """

    steps: Sequence[Step]
    in_item: bool = False
    each: Sequence[Step] | None = None


@dataclass(frozen=True)
class Origin:
    """Where the sale comes from: its line's number, its item's, or its file's name."""

    what: Literal["line", "item", "file"]


@dataclass(frozen=True)
class Constant:
    """A text, the same for all."""

    text: str


@dataclass(frozen=True)
class Join:
    """Texts put together; absent where one of them is."""

    parts: Sequence["Source"]
    between: str


@dataclass(frozen=True)
class First:
    """The first of these that is not absent."""

    parts: Sequence["Source"]


@dataclass(frozen=True)
class Amount:
    """A sum or a product of amounts, less others; absent where one of them is."""

    kind: Literal["sum", "product"]
    parts: Sequence["Source"]
    minus: Sequence["Source"] = ()


@dataclass(frozen=True)
class Upper:
    """A text in capitals."""

    place: Place


@dataclass(frozen=True)
class Scaled:
    """An amount in smaller units, such as cents.

    Attributes:
        place: the amount.
        factor: what it is multiplied by.
        by: what of the line some have another factor for.
        factors: these, each with the texts that have it.
    """

    place: Place
    factor: str
    by: Place | None = None
    factors: Sequence[tuple[str, Sequence[str]]] = ()


@dataclass(frozen=True)
class Epoch:
    """A moment as a count of units since 1970 in UTC."""

    place: Place
    unit: Literal["seconds", "milliseconds", "microseconds"]


@dataclass(frozen=True)
class LocalTime:
    """A moment without an offset, of a time zone."""

    place: Place
    time_zone: str


Source = Place | Origin | Constant | Join | First | Amount | Upper | Scaled | Epoch | LocalTime
"""What a field is filled with."""


@dataclass(frozen=True)
class Condition:
    """What must hold of a place: that its text is one of some, is none of them, or is there."""

    place: Place
    kind: Literal["is", "is_not", "exists", "is_absent"]
    texts: Sequence[str] = ()


@dataclass(frozen=True)
class Total:
    """What an order's money adds up to.

    Attributes:
        stated: what the line says.
        further: beside the total amounts of its sales.
        tolerance: how far apart both may be.
    """

    stated: Source
    further: Amount
    tolerance: Decimal


@dataclass(frozen=True)
class EventMapping:
    """Where a producer's lines have what the stream's fields say.

    Attributes:
        name: stands in the column `source`.
        fields: what each is filled with; one that is missing is always absent.
        rows: the list in the line that has a sale an element; None: the line is one sale.
        where: which lines are sales: those of which all of it holds.
        version: of several versions of one order within a day the highest stays.
        total: what its money adds up to.
    """

    name: str
    fields: Mapping[str, Source]
    rows: Place | None = None
    where: Sequence[Condition] = ()
    version: Place | None = None
    total: Total | None = None
    description: str = ""

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    @property
    def is_plain(self) -> bool:
        """Whether it reads each field by its own name, and nothing else."""
        rest = (self.rows, self.where, self.version, self.total)
        return not any(rest) and all(
            isinstance(source, Place) and source.steps == (name,)
            for name, source in self.fields.items()
        )

    @property
    def fingerprint(self) -> str:
        """Of all that decides what becomes of a line."""
        return hashlib.sha256(repr(_plain(self, leave_out="description")).encode()).hexdigest()[:12]


def _plain(value: Any, leave_out: str = "") -> Any:
    if is_dataclass(value):
        return [
            type(value).__name__,
            *(_plain(getattr(value, f.name)) for f in fields(value) if f.name != leave_out),
        ]
    if isinstance(value, Mapping):
        return sorted((name, _plain(one)) for name, one in value.items())
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return str(value)


def places(value: Any) -> Iterator[Place]:
    """All places that a mapping, or a part of one, reads."""
    return parts_of(value, Place)


def parts_of(value: Any, kind: type[Any]) -> Iterator[Any]:
    """All parts of a kind that a mapping, or a part of one, has."""
    if isinstance(value, kind):
        yield value
    elif isinstance(value, Mapping):
        yield from parts_of(list(value.values()), kind)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from parts_of(one, kind)
    elif is_dataclass(value):
        yield from parts_of([getattr(value, f.name) for f in fields(value)], kind)


def reads_item(value: Any) -> bool:
    """Whether a mapping, or a part of one, says another thing for each item of a line."""
    return any(place.in_item for place in places(value)) or any(
        origin.what == "item" for origin in parts_of(value, Origin)
    )


def plain_mapping(names: Iterable[str]) -> EventMapping:
    """The mapping of lines that have fields of these names."""
    return EventMapping(PLAIN, {name: Place((name,)) for name in names})


CORRECTS = "_corrects"
"""The key by which a line says in which line's place it stands: `{"file": "…", "line": 3}`."""
CORRECTIONS = ".corrections."
"""What the name of a file with such lines has in it; it stands in `staging/correct.sql` as well."""

Shape = dict[str, Any]
"""What is read of a JSON value: of an object by its keys, of each element of a list by `[]`; its
text by an empty key."""


def shape(mapping: EventMapping) -> Shape:
    """What a mapping reads of a line, items included.

    Raises:
        MappingError: something is read in two ways.
    """
    rows: list[Step] = [*mapping.rows.steps, 0] if mapping.rows else []
    ways = [rows] if rows else []
    for place in places(mapping):
        if place is not mapping.rows:
            way: list[Step] = [*(rows if place.in_item else ()), *place.steps]
            ways.append([*way, *([] if place.each is None else [0, *place.each]), ""])
    for way in [*ways]:
        for at, step in enumerate(way):
            if isinstance(step, Picked):
                ways.append([*way[:at], 0, step.key, ""])
    found: Shape = {}
    for way in ways:
        node = found
        for step in way:
            node = node.setdefault(step if isinstance(step, str) else "[]", {})
    _see_shape(found, "the line")
    return found


def _see_shape(node: Shape, where: str) -> None:
    if len(node) > 1 and {"", "[]"} & set(node):
        raise MappingError(f"reads {where} in two ways: as a text, an object or a list")
    folded = [key.lower() for key in node]
    if len({*folded}) < len(folded):
        raise MappingError(f"reads keys of {where} that differ in capitals alone")
    for key, inner in node.items():
        _see_shape(inner, where if key == "[]" else f".{key} of {where}")

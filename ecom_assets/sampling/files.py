"""A sample of a producer's lines, read from a file of JSON of any form.

The pipeline reads one JSON object a line; of another form it is said how to make such lines of it.
"""

import gzip
import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOST_LINES = 5_000
"""Lines looked at: enough for shares, and staged in seconds."""
MOST_BYTES = 256 << 20
"""Bytes of a `.json` that are read, which is held whole."""

TO_LINES = (
    "python3 -c 'import json, sys; [print(json.dumps(o)) for o in json.load(sys.stdin){key}]'"
)


class SampleError(ValueError):
    """There is nothing to look at; the text says why, and what to do."""


@dataclass(frozen=True)
class Sample:
    """The first lines of a file.

    Attributes:
        name: the file's.
        lines: as the pipeline would read them.
        there_are_more: whether the file has more lines than these.
        advice: what to do before the pipeline can read the file; empty: nothing.
    """

    name: str
    lines: Sequence[str]
    there_are_more: bool = False
    advice: str = ""


def read_sample(path: Path, most: int = MOST_LINES) -> Sample:
    """The first lines of a file of JSON.

    Raises:
        SampleError: there is no such file, or it is not JSON.
    """
    suffixes = [s.lower() for s in path.suffixes if s.lower() != ".gz"]
    is_lines = suffixes[-1:] in ([".jsonl"], [".ndjson"])
    lines = _lines(_text(path, most + 1 if is_lines else None))
    if not lines:
        raise SampleError(f"{path} is empty.")
    if _are_objects(lines[:most]):
        rename = f"Rename it to {_landing(path)}: the pipeline reads .jsonl, .ndjson and their .gz."
        return Sample(path.name, lines[:most], len(lines) > most, "" if is_lines else rename)
    text = _text(path)
    found, key = _whole(text)
    if not found:
        raise SampleError(
            f"{path} is no JSON: the pipeline reads files of one JSON object a line (.jsonl, "
            ".jsonl.gz), so write or convert it to such a file."
        )
    reads = "zcat" if path.suffix == ".gz" else "cat"
    return Sample(
        path.name,
        [json.dumps(one) for one in found[:most]],
        len(found) > most,
        "The pipeline reads one JSON object a line; this makes such a file: "
        f"{reads} {shlex.quote(str(path))} | "
        f"{_to_lines(key)} > {_landing(path)}",
    )


def _text(path: Path, lines: int | None = None) -> str:
    """A file's text, or that of its first lines, as far as memory allows."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as stored:
            if lines is None:
                found = stored.read(MOST_BYTES)
            else:
                found = b"".join(stored.readline(MOST_BYTES) for _ in range(lines))
    except (OSError, EOFError) as error:
        why = getattr(error, "strerror", None) or "it is no complete gzip file"
        raise SampleError(f"{path} cannot be read ({why}).") from None
    return found.decode("utf-8-sig", "replace")


def _lines(text: str) -> Sequence[str]:
    """As the pipeline knows lines, which end with LF or CRLF."""
    return [line.removesuffix("\r") for line in text.split("\n") if line.strip()]


def _are_objects(lines: Sequence[str]) -> bool:
    """Whether these are objects, a line each: half of them, and no envelope on one line."""
    objects = [one for line in lines if isinstance(one := json_of(line), dict)]
    is_envelope = len(lines) == 1 == len(objects) and _unwrapped(objects[0])[0]
    return bool(objects) and len(objects) * 2 >= len(lines) and not is_envelope


def json_of(text: str) -> Any:
    """What a text says as JSON; None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _whole(text: str) -> tuple[Sequence[Any], str | None]:
    """The objects of a text that is no lines, with the key of the list that they stand in: none of
    an array, None where one follows the other."""
    whole = json_of(text)
    if isinstance(whole, list | dict):
        found, key = _unwrapped(whole)
        return (found, key) if found else ([whole] if isinstance(whole, dict) else [], None)
    return list(_one_by_one(text)), None


def _unwrapped(value: Any) -> tuple[Sequence[Any], str]:
    """The objects in an array, or in an envelope that has little beside one array of them."""
    if isinstance(value, list):
        return [one for one in value if isinstance(one, dict)], ""
    lists = {k: v for k, v in value.items() if isinstance(v, list) and v and isinstance(v[0], dict)}
    if len(lists) == 1 and len(value) <= 3:
        ((key, found),) = lists.items()
        return [one for one in found if isinstance(one, dict)], key
    return [], ""


def _one_by_one(text: str) -> Iterator[Any]:
    """Objects that stand one after the other, on as many lines as they like."""
    decoder, at = json.JSONDecoder(), 0
    try:
        while (at := len(text) - len(text[at:].lstrip())) < len(text):
            one, at = decoder.raw_decode(text, at)
            if isinstance(one, dict):
                yield one
    except (ValueError, RecursionError):
        return


def _to_lines(key: str | None) -> str:
    if key is None:
        return "jq -c ."
    return TO_LINES.format(key=f"[{json.dumps(key)}]" if key else "")


def _landing(path: Path) -> str:
    stem = path.name.split(".")[0]
    return f"data/landing/dt=YYYY-MM-DD/{stem}.jsonl"

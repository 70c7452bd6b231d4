"""What was made of the SQL files, kept for later processes, as Python keeps what it has compiled.

Making statements ready, and reading from them what columns are made of, takes a process a second:
as long as all else that a small day takes. What is kept lies in `sql/__pycache__/`, holds no value
of any data, and counts for the very same code alone. Where that folder cannot be written, or Python
is told to write none (`PYTHONDONTWRITEBYTECODE`), nothing is kept.
"""

import hashlib
import json
import os
import sys
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ecom_assets.model import sales
from ecom_assets.model.stream import EventStream
from ecom_assets.warehouse import scripts

PACKAGE = Path(__file__).parent.parent
_DECLARED = sales.SALES


def kept(key: Sequence[object], stream: EventStream, make: Callable[[], Any]) -> Any:
    """What `make` gives, which JSON can hold, or has given an earlier process.

    Args:
        key: what it is made for, beside the stream; its parts are told apart by how they are
            written.
        stream: of which stream; kept is what is made of the declared one.
        make: makes it.
    """
    if sys.dont_write_bytecode or replace(stream, reading=_DECLARED.reading) != _DECLARED:
        return make()
    folder = scripts.SQL_FOLDER / "__pycache__"
    name = _digest(repr([*key, stream.reading]).encode())
    file = folder / f"{name}.{_of_code(scripts.SQL_FOLDER)}"
    with suppress(OSError, ValueError, zlib.error):
        return json.loads(zlib.decompress(file.read_bytes()))
    made = make()
    with suppress(OSError):
        folder.mkdir(exist_ok=True)
        for of_other_code in folder.glob(f"{name}.*"):
            of_other_code.unlink(missing_ok=True)
        new = file.with_suffix(f".{os.getpid()}")
        # compressed, so that who searches the SQL files does not find it there
        new.write_bytes(zlib.compress(json.dumps(made).encode()))
        new.replace(file)  # whole, whoever reads it meanwhile
    return made


@lru_cache(maxsize=4)
def _of_code(sql_folder: Path) -> str:
    """The code that makes it: the SQL files, what is known of the data, and how both are bound."""
    code = [*sql_folder.rglob("*.sql")]
    for part in ("model", "warehouse"):
        code += [*(PACKAGE / part).rglob("*.py")]
    texts = [file.read_bytes() for file in sorted(code)]
    return _digest(version("sqlglot").encode(), *texts)


def _digest(*parts: bytes) -> str:
    # the length of each, so that no two lists of parts are one text
    told = b"".join(f"{len(part)}:".encode() + part for part in parts)
    return hashlib.sha256(told).hexdigest()[:24]

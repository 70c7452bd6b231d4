"""A mapping in a person's words, as its TOML tells it; for the documentation and the terminal."""

from collections.abc import Callable, Mapping
from typing import Any

Shown = Callable[[str], str]
"""How a path or a text of a mapping is set off from the words around it."""

TIMES, MINUS = "\N{MULTIPLICATION SIGN}", "\N{MINUS SIGN}"


def place_in_words(told: Any, shown: Shown = str) -> str:
    """What a field is filled with, or an amount."""
    if not isinstance(told, Mapping):
        return shown(told) if isinstance(told, str) else str(told)
    if "constant" in told:
        return f"always {shown(str(told['constant']))}"
    if "first" in told:
        text = ", else ".join(place_in_words(one, shown) for one in told["first"])
    elif "join" in told:
        parts = [shown(one) if one[0] in ".@#" else f"“{one}”" for one in told["join"]]
        text = f" {told.get('with', '')} ".join(parts)
    elif amounts := told.get("product") or told.get("sum"):
        sign = f" {TIMES} " if "product" in told else " + "
        text = sign.join(_in_brackets(one, shown) for one in amounts)
        less = [_all_of(one, shown, "the sum of") for one in told.get("minus", ())]
        text += "".join(f" {MINUS} {one}" for one in less)
    else:
        text = _path(told, shown)
    return f"{text}, else {told['default']}" if "default" in told else text


def _path(told: Mapping[str, Any], shown: Shown) -> str:
    text = shown(told["path"])
    if "divide_by" in told:
        text += f" / {told['divide_by']}"
    for factor, texts in told.get("except", {}).items():
        if factor != "path":
            by = "undivided" if factor == "1" else f"/ {factor}"
            text += f" ({by} if {shown(told['except']['path'])} is {', '.join(texts)})"
    if told.get("upper"):
        text += " in capitals"
    if "unit" in told:
        text += f", {told['unit']} since 1970"
    if "time_zone" in told:
        text += f", local time of {told['time_zone']}"
    return text


def _in_brackets(told: Any, shown: Shown) -> str:
    text = place_in_words(told, shown)
    return f"({text})" if isinstance(told, Mapping) else text


def _all_of(told: Any, shown: Shown, summed: str) -> str:
    """An amount; one that is in each element of a list is told as what is summed up."""
    text = place_in_words(told, shown)
    return f"{summed} {text}" if "[]" in str(told) else text


def condition_in_words(told: Mapping[str, Any], shown: Shown = str) -> str:
    """What must hold of a line that is a sale."""
    path = shown(told["path"])
    if "exists" in told:
        return f"{path} is there" if told["exists"] else f"{path} is absent or null"
    kind = "is" if "is" in told else "is_not"
    texts = told[kind] if isinstance(told[kind], list) else [told[kind]]
    return f"{path} {kind.replace('_', ' ')} {' or '.join(shown(str(text)) for text in texts)}"


def total_in_words(told: Mapping[str, Any], shown: Shown = str) -> str:
    """What an order's money adds up to, less its sales."""
    text = place_in_words(told["stated"], shown)
    for key, done in (("further", "added"), ("minus", "taken off")):
        if key in told:
            parts = ", ".join(_all_of(one, shown, "all") for one in told[key])
            text += f" when {parts} are {done}"
    return text + (f" (± {told['tolerance']})" if "tolerance" in told else "")

"""Text from the data, made harmless where it is shown in a chat, in a mail or as Markdown: it must
not mention people, link elsewhere or format itself, whatever a line of a file says.

HTML has a template engine for that, and a table in Dagster's UI shows text as it is.
"""

import re

PHRASE_LENGTH = 220
"""Characters of a description, a failing row or an error: a payload may be of any length."""

_WIDE = {ord(c): chr(ord(c) + 0xFEE0) for c in "@<>`*~|[]&\\"}
"""The full-width twin of what chats and Markdown take for a mention, a tag, a link, a format or a
way to write another character: it reads the same and does nothing. Not `_`, which file names are
full of, and which can only slant a word."""


def harmless(text: str, length: int = PHRASE_LENGTH) -> str:
    """Text on one line: without controls, mentions, links and formats, and cut."""
    shown = "".join(c if c.isprintable() else " " for c in text[: length + 1]).translate(_WIDE)
    shown = unlinked(shown)
    return shown if len(shown) <= length else f"{shown[:length]}…"


def markdown(text: str) -> str:
    """Text as Markdown that shows it as it is, but for what would become a link."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", unlinked(text))


def unlinked(text: str) -> str:
    """Text in which nobody sees an address: GitHub's Markdown, which Dagster's UI speaks, makes a
    link of a bare one, also where its characters are escaped."""
    text = text.replace("://", "\uff1a//").replace("@", "\uff20")
    return re.sub(r"(?i)(www)\.", "\\1\u2024", text)

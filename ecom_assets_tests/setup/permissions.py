"""Who may do what: IAM policies and Snowflake's grants, read as AWS and Snowflake read them.

As much of both as the set-up uses; anything else in them is an error here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


def allows(policy: Mapping[str, Any], action: str, resource: str, **context: str) -> bool:
    """Whether an IAM policy allows an action on a resource.

    Args:
        policy: of `Allow` statements.
        action: such as `s3:GetObject`.
        resource: an ARN.
        context: the condition keys of a request, such as `s3:prefix`, with `_` for `:`.
    """
    for statement in policy["Statement"]:
        assert set(statement) <= {"Effect", "Action", "Resource", "Condition"}, statement
        assert statement["Effect"] == "Allow", statement
        conditions = statement.get("Condition", {})
        assert set(conditions) <= {"StringLike"}, conditions
        if (
            any(_like(pattern, action) for pattern in _listed(statement["Action"]))
            and any(_like(pattern, resource) for pattern in _listed(statement["Resource"]))
            and all(
                any(_like(p, context.get(key.replace(":", "_"), "")) for p in _listed(patterns))
                for key, patterns in conditions.get("StringLike", {}).items()
            )
        ):
            return True
    return False


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _like(pattern: str, text: str) -> bool:
    pieces = re.findall(r"\$\{[*?$]\}|.", pattern, re.DOTALL)
    wild = {"*": ".*", "?": "."}
    made = "".join(wild.get(p, re.escape(p[2] if len(p) > 1 else p)) for p in pieces)
    return re.fullmatch(made, text, re.DOTALL) is not None


@dataclass(frozen=True)
class Grant:
    """`grant privilege on kind name to role`."""

    privilege: str
    kind: str
    name: str
    to: str


def grants(statements: Iterable[str]) -> Iterator[Grant]:
    """The grants among some statements, lower case; of all or future ones as `all in schema`."""
    for statement in statements:
        said = " ".join(statement.lower().split())
        if not said.startswith("grant"):
            continue
        if matched := re.fullmatch(r'grant role (\w+) to (role|user) (\w+|".*")', said):
            yield Grant("role", matched[2], matched[1], matched[3])
            continue
        matched = re.fullmatch(
            r"grant (.+) on (?:(all|future) (table|view)s in schema (\w+)"
            r"|(database|schema|warehouse|integration|stage|file format) ([\w.]+)) to role (\w+)",
            said,
        )
        assert matched, f"a grant of another kind: {said}"
        for privilege in matched[1].split(", "):
            if matched[2]:
                yield Grant(privilege, matched[3], f"{matched[2]} in {matched[4]}", matched[7])
            else:
                yield Grant(privilege, matched[5], matched[6], matched[7])

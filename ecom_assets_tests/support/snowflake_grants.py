"""Who may do what in the Snowflake double: roles, grants and warehouses, interpreted.

Follows Snowflake's documentation of access control ("Overview of Access Control", "Access Control
Privileges", and the access control requirements on each statement's page). Where that leaves open
what a statement needs, it needs what any reading of it asks for:

- UPDATE and DELETE need SELECT on the table as well;
- LIST and COPY need USAGE on the stage and on its storage integration.

A session has one role at a time, no secondary ones, and every user may take on every role. What the
double itself makes (temporary tables) belongs to its session.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from snowflake.connector import errors
from sqlglot import exp, parse_one

from ecom_assets_tests.support.repeated_statements import shape_of

Thing = tuple[str, str]
"""A kind and a name: `("table", "ECOM.RAW.TURNS")`."""

OF_SYSTEM = {
    "ACCOUNTADMIN": {"SYSADMIN", "SECURITYADMIN"},
    "SECURITYADMIN": {"USERADMIN"},
}
ACCOUNT: Thing = ("account", "")
MAY_IN_ACCOUNT = {
    "ACCOUNTADMIN": {"create integration", "create resource monitor", "attach resource monitor"},
    "SECURITYADMIN": {"manage grants"},
    "USERADMIN": {"create role"},
    "SYSADMIN": {"create database", "create warehouse"},
}
COMPUTES = (exp.Insert, exp.Update, exp.Delete, exp.Query, exp.Merge)
IN_SCHEMAS = ("table", "view", "stage", "file format")


@dataclass
class Grants:
    """What an account has been told of roles and objects.

    Attributes:
        owners: of each object.
        held: of each object, what each role may do with it.
        future: of each schema and kind, the same for what is made there later.
        managed: schemas whose owner alone grants.
        inside: of each role, those whose privileges it has.
        integrations: of each stage, its storage integration.
    """

    owners: dict[Thing, str] = field(default_factory=dict)
    held: dict[Thing, dict[str, set[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    future: dict[Thing, dict[str, set[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    managed: set[str] = field(default_factory=set)
    inside: dict[str, set[str]] = field(
        default_factory=lambda: defaultdict(set, {r: {*s} for r, s in OF_SYSTEM.items()})
    )
    integrations: dict[str, str] = field(default_factory=dict)

    def execute(self, session: "Session", command: str) -> None:
        """Take a statement for executed, by the role that the session has at that moment.

        Raises:
            ProgrammingError: the role may not, or there is no warehouse to compute with.
        """
        if not _ON_ROWS.match(command):
            said = " ".join(command.split())
            for pattern, method in _STATEMENTS:
                if found := pattern.match(said):
                    method(self, session, *found.groups())
                    return
        self._query(session, command)

    # What a role may do

    def roles(self, role: str) -> set[str]:
        """A role and those whose privileges it has."""
        found, new = set[str](), {role}
        while new:
            found |= new
            new = {inner for one in new for inner in self.inside[one]} - found
        return found

    def may(self, role: str, privilege: str, thing: Thing) -> bool:
        of_role = self.roles(role)
        if thing == ACCOUNT:
            return any(privilege in MAY_IN_ACCOUNT.get(one, ()) for one in of_role)
        if self.owners.get(thing) in of_role:
            return True
        held = self.held[thing]
        return any(privilege in held.get(one, ()) for one in of_role)

    def need(self, session: "Session", privilege: str, thing: Thing) -> None:
        kind, name = thing
        if thing != ACCOUNT and thing not in self.owners:
            raise _error(2003, f"{kind.title()} '{name}' does not exist or not authorized.")
        if kind in IN_SCHEMAS:
            database, schema, _ = name.split(".")
            self.need(session, "usage", ("database", database))
            self.need(session, "usage", ("schema", f"{database}.{schema}"))
        if not self.may(session.role, privilege, thing):
            raise _error(
                3001,
                f"SQL access control error: Insufficient privileges to operate on {kind} '{name}'"
                f" ({session.role} lacks {privilege}).",
            )

    def need_warehouse(self, session: "Session") -> None:
        if not session.warehouse or not self.may(
            session.role, "usage", ("warehouse", session.warehouse)
        ):
            raise _error(606, "No active warehouse selected in the current session.")

    # What a statement needs

    def _query(self, session: "Session", command: str) -> None:
        wanted = needs(shape_of(command)[0])  # which moments and ids are in it does not matter
        if wanted.computes:
            self.need_warehouse(session)
        for privilege, kind, name in wanted.things:
            full = session.full(name)
            if kind == "relation":
                kind = "view" if ("view", full) in self.owners else "table"
            self.need(session, privilege, (kind, full))
            if kind == "stage":
                self.need(session, "usage", ("integration", self.integrations[full]))
        if wanted.makes:
            kind, name, replaces = wanted.makes
            full = session.full(name)
            schema: Thing = ("schema", full.rpartition(".")[0])
            self.need(session, "usage", ("database", schema[1].partition(".")[0]))
            self.need(session, f"create {kind}", schema)
            if replaces and (kind, full) in self.owners:
                self.need(session, "ownership", (kind, full))
                self._forget((kind, full))
            self._made(session, (kind, full))

    def _made(self, session: "Session", thing: Thing) -> None:
        if thing not in self.owners:
            self.owners[thing] = session.role
            kind, name = thing
            for role, privileges in self.future[(kind, name.rpartition(".")[0])].items():
                self.held[thing][role] |= privileges

    def _forget(self, thing: Thing) -> None:
        self.owners.pop(thing, None)
        self.held.pop(thing, None)

    def _create_in_account(self, session: "Session", kind: str, name: str) -> None:
        kind = kind.removeprefix("storage ")
        thing = (kind, session.name(name))
        self.need(session, f"create {kind}", ACCOUNT)
        if thing in self.owners:
            return
        self.owners[thing] = session.role
        if kind == "warehouse":
            session.warehouse = thing[1]  # one that is made becomes the current one
        if kind == "database":
            session.database = thing[1]

    def _create_schema(self, session: "Session", name: str, managed: str | None) -> None:
        full = f"{session.database}.{session.name(name)}"
        self.need(session, "usage", ("database", str(session.database)))
        self.need(session, "create schema", ("database", str(session.database)))
        self.owners.setdefault(("schema", full), session.role)
        if managed:
            self.managed.add(full)

    def _create_in_schema(self, session: "Session", kind: str, name: str, rest: str) -> None:
        thing = (kind, session.full(name))
        self.need(session, f"create {kind}", ("schema", thing[1].rpartition(".")[0]))
        self._made(session, thing)
        self._set_integration(session, thing, rest)

    def _alter(self, session: "Session", kind: str, name: str, rest: str) -> None:
        kind = kind.removeprefix("storage ")
        thing = (kind, session.full(name) if kind in IN_SCHEMAS else session.name(name))
        if "resource_monitor" in rest.lower():
            self.need(session, "attach resource monitor", ACCOUNT)
        else:
            self.need(session, "ownership", thing)
        self._set_integration(session, thing, rest)

    def _set_integration(self, session: "Session", thing: Thing, rest: str) -> None:
        if found := re.search(r"storage_integration = (\w+)", rest, re.I):
            self.need(session, "usage", ("integration", session.name(found[1])))
            self.integrations[thing[1]] = session.name(found[1])

    def _drop(self, session: "Session", kind: str, name: str) -> None:
        thing = (kind, session.full(name) if kind in IN_SCHEMAS else session.name(name))
        if thing in self.owners:
            self.need(session, "ownership", thing)
            self._forget(thing)

    def _use(self, session: "Session", kind: str, name: str) -> None:
        name = session.name(name)
        if kind == "role":
            if name not in MAY_IN_ACCOUNT and ("role", name) not in self.owners:
                raise _error(2043, f"Role '{name}' does not exist or not authorized.")
            session.role = name
            return
        if kind == "schema":
            name = f"{session.database}.{name}"
        if not self.may(session.role, "usage", (kind, name)):
            raise _error(2043, "Object does not exist, or operation cannot be performed.")
        if kind != "schema":
            setattr(session, kind, name)

    def _list(self, session: "Session", name: str) -> None:
        full = session.full(name)
        self.need(session, "usage", ("stage", full))
        self.need(session, "usage", ("integration", self.integrations[full]))

    def _describe(self, session: "Session", kind: str, name: str) -> None:
        named = session.name(name)
        self.need(session, "usage", (kind, session.full(name) if kind in IN_SCHEMAS else named))

    def _grant(self, session: "Session", what: str, on: str, to: str) -> None:
        privileges = {one.strip().lower() for one in what.split(",")}
        role = session.name(to)
        if found := re.fullmatch(r"(all|future) (table|view)s in schema (\w+)", on, re.I):
            when, kind, schema = (one.lower() for one in found.groups())
            inside = f"{session.database}.{session.name(schema)}"
            self._may_grant(session, ("schema", inside))
            if when == "future":
                if inside not in self.managed and not self.may(
                    session.role, "manage grants", ACCOUNT
                ):
                    raise _error(3001, f"Future grants in {inside} need MANAGE GRANTS.")
                self.future[(kind, inside)][role] |= privileges
                return
            for thing in self.owners:
                if thing[0] == kind and thing[1].startswith(f"{inside}."):
                    self.held[thing][role] |= privileges
            return
        kind, _, name = on.rpartition(" ")
        kind = kind.lower()
        thing = (kind, session.name(name))
        if kind in IN_SCHEMAS:
            thing = (kind, session.full(name))
        elif kind == "schema":
            thing = (kind, f"{session.database}.{thing[1]}")
        self._may_grant(session, thing)
        self.held[thing][role] |= privileges

    def _may_grant(self, session: "Session", thing: Thing) -> None:
        if self.may(session.role, "manage grants", ACCOUNT):
            return
        kind, name = thing
        schema = name.rpartition(".")[0]
        if kind in IN_SCHEMAS and schema in self.managed:
            thing = ("schema", schema)
        if self.owners.get(thing) not in self.roles(session.role):
            raise _error(3001, f"{session.role} may not grant on {kind} {name}.")

    def _grant_role(self, session: "Session", role: str, kind: str, to: str) -> None:
        name = session.name(role)
        owner = self.owners.get(("role", name))
        if owner not in self.roles(session.role) and not self.may(
            session.role, "manage grants", ACCOUNT
        ):
            raise _error(3001, f"{session.role} may not grant role {name}.")
        if kind.lower() == "role":
            self.inside[session.name(to)].add(name)

    def _nothing(self, session: "Session", *_: Any) -> None:
        """Needs no privilege."""


@dataclass
class Session:
    """What a connection works as."""

    role: str = "ACCOUNTADMIN"
    warehouse: str | None = None
    database: str | None = None
    schema: str = "STAGING"

    def name(self, name: str) -> str:
        return name.strip().strip('"').upper()

    def full(self, name: str) -> str:
        """A table's or stage's name with its schema and database."""
        parts = name.replace('"', "").upper().split(".")
        return ".".join([*[str(self.database), self.schema][: 3 - len(parts)], *parts])


@dataclass(frozen=True)
class Needs:
    computes: bool
    things: tuple[tuple[str, str, str], ...]
    makes: tuple[str, str, bool] | None = None


@lru_cache(4_000)
def needs(command: str) -> Needs:
    """What a query, or a change of rows or of tables, needs."""
    statement = parse_one(command, read="snowflake")
    makes = None
    target: exp.Table | None = None
    things: list[tuple[str, str, str]] = []
    if isinstance(statement, exp.Create):
        if statement.find(exp.TemporaryProperty):
            return Needs(False, ())
        kind = str(statement.kind).lower()
        target = statement.this.find(exp.Table)
        assert target is not None
        makes = (kind, target.sql(), bool(statement.args.get("replace")))
        computes = kind == "table" and isinstance(statement.expression, exp.Query)
    elif isinstance(statement, exp.Alter | exp.Drop):
        changed = statement.find(exp.Table)
        assert changed is not None
        return Needs(False, (("ownership", "relation", changed.sql()),))
    elif isinstance(statement, exp.Copy):
        target = statement.this.find(exp.Table)
        formats = re.findall(r"format_name\s*=\s*'([\w.]+)'", command, re.I)
        things += [("usage", "file format", name) for name in formats]
        computes = True
    else:
        computes = isinstance(statement, COMPUTES) and statement.find(exp.Table) is not None
        if isinstance(statement, exp.Insert | exp.Update | exp.Delete):
            target = statement.find(exp.Table)
    for verb, kind_of in (
        ("insert", exp.Insert | exp.Copy),
        ("update", exp.Update),
        ("delete", exp.Delete),
    ):
        if isinstance(statement, kind_of) and target is not None and target.db:
            things.append((verb, "relation", f"{target.db}.{target.name}"))
    for table in statement.find_all(exp.Table):
        stage = re.match(r"@([\w.]+)", table.sql())
        if stage:
            things.append(("usage", "stage", stage[1]))
        elif not table.db or table.db.lower() == "information_schema":
            continue
        elif table is not target or isinstance(statement, exp.Update | exp.Delete):
            things.append(("select", "relation", ".".join(part.name for part in table.parts)))
    return Needs(computes, tuple(dict.fromkeys(things)), makes)


Method = Callable[..., None]


def _statement(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I | re.S)


_ON_ROWS = _statement(r"\s*(select|insert|update|delete|with|copy)\b")
_ACCOUNT = r"(role|warehouse|database|resource monitor|storage integration)"
_STATEMENTS: list[tuple[re.Pattern[str], Method]] = [
    (_statement(rf"create {_ACCOUNT} (?:if not exists )?(\w+)"), Grants._create_in_account),
    (
        _statement(r"create schema (?:if not exists )?(\w+)( with managed access)?"),
        Grants._create_schema,
    ),
    (
        _statement(r"create (stage|file format) (?:if not exists )?([\w.]+)(.*)"),
        Grants._create_in_schema,
    ),
    (
        _statement(
            r"alter (stage|file format|warehouse|database|storage integration|resource monitor)"
            r" ([\w.]+)(.*)"
        ),
        Grants._alter,
    ),
    (_statement(r"drop (role|database) (?:if exists )?(\w+)"), Grants._drop),
    (_statement(r"use (role|warehouse|database|schema) (\w+)"), Grants._use),
    (_statement(r"grant role (\w+) to (role|user) (\S+)"), Grants._grant_role),
    (_statement(r"grant (.*?) on (.*) to role (\w+)"), Grants._grant),
    (_statement(r"desc(?:ribe)? (integration|stage) ([\w.]+)"), Grants._describe),
    (_statement(r"list '?@([\w.]+)"), Grants._list),
    (_statement(r"(show|alter session|begin|commit|rollback|set|call)\b"), Grants._nothing),
]


def _error(number: int, text: str) -> errors.ProgrammingError:
    return errors.ProgrammingError(msg=text, errno=number)

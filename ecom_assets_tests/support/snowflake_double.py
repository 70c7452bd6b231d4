"""A Snowflake account for tests: fakesnow's server, and what that lacks, in one place.

The real `snowflake-connector-python` talks to it over HTTP, and the SQL it is sent is the SQL that
ships. What is added here follows Snowflake's documentation, not its behaviour: no account was at
hand. So it is no evidence for what the documentation leaves open.

- COPY INTO from an S3 stage: a file list, `$1`, METADATA$ columns, SKIP_FILE and ABORT_STATEMENT, a
  row of answer per file. Lines are split here, without the project's code. A function that is not
  on the documented list is refused, and so are more than 1,000 files.
- JSON that is not strict is taken for JSON; numbers have the text that a VARIANT gives them; lists
  (`snowflake_json.py`).
- IS_OBJECT, IS_BOOLEAN, TRY_PARSE_JSON, TRY_TO_DECIMAL of any text of a number, TRY_CAST of a text
  to a timestamp.
- The SUM of a NUMBER is a NUMBER; TRIM heeds its characters; a `$` in a text is a dollar.
- INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION.
- Transactions wait for each other's locks (`snowflake_locks.py`).
- Roles, grants and warehouses are interpreted: a statement that the session's role may not run, or
  that has no warehouse to compute with, is refused (`snowflake_grants.py`). Who logs in without a
  role is an administrator, without a warehouse.
- Storage integrations, stages, file formats, resource monitors and parameters are taken note of.
"""

import asyncio
import gzip
import json
import re
import sys
import traceback
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from itertools import pairwise
from typing import Any
from unittest import mock

import duckdb
import fakesnow
import pyarrow
import sqlglot
from snowflake.connector import errors
from sqlglot import exp, parse_one
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ecom_assets.model.tables import VERSION_TABLE, tables
from ecom_assets.settings import SnowflakeSettings
from ecom_assets_tests.support.repeated_statements import (
    describe_last_once,
    parsed_once,
    translated_once,
)
from ecom_assets_tests.support.snowflake_grants import Grants, Session
from ecom_assets_tests.support.snowflake_json import (
    FUNCTIONS,
    check_json,
    translated,
)
from ecom_assets_tests.support.snowflake_locks import EndingSessions, Locks

serve = fakesnow.server  # before the module of that name hides it
import fakesnow.cursor  # noqa: E402
from fakesnow import transforms  # noqa: E402
from fakesnow.server import app, login_request, query_request, shared_fs  # noqa: E402
from fakesnow.variables import Variables  # noqa: E402

TELEMETRY = Route(
    "/telemetry/send", lambda _: JSONResponse({"success": True, "data": {}}), methods=["POST"]
)
"""The connector reports at the end of a session; without an answer it waits a second or more."""

_answers: "dict[str, asyncio.Task[Response]]" = {}


async def _query_once(request: Request) -> Response:
    """A request that is sent again, as the connector does after a minute without an answer, is the
    same request: it gets the answer to the first."""
    request_id = request.query_params["requestId"]
    if request_id not in _answers:
        _answers[request_id] = asyncio.create_task(query_request(request))
    answer = await asyncio.shield(_answers[request_id])
    _answers.pop(request_id, None)
    return answer


QUERY = Route("/queries/v1/query-request", _query_once, methods=["POST"])


async def _login(request: Request) -> Response:
    """A session has the role and the warehouse that it was opened with."""
    response = await login_request(request)
    token = json.loads(bytes(response.body))["data"]["token"]
    given = request.query_params
    connection: Any = fakesnow.server.sessions[token]  # type: ignore[attr-defined]
    connection.works_as = Session(
        role=given.get("roleName", "ACCOUNTADMIN").upper(),
        warehouse=given["warehouse"].upper() if "warehouse" in given else None,
    )
    return response


LOGIN = Route("/session/v1/login-request", _login, methods=["POST"])

_canceled: set[str] = set()


async def _cancel(request: Request) -> Response:
    """A client no longer wants the answer to a statement, of which it sends the text."""
    body = await request.body()
    if request.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    _canceled.add(json.loads(body)["sqlText"])
    return JSONResponse({"success": True})


CANCEL = Route("/queries/v1/abort-request", _cancel, methods=["POST"])

ROLE, WAREHOUSE = "ECOM_LOADER", "ECOM"

INTEGRATION = {
    "ENABLED": "true",
    "STORAGE_AWS_IAM_USER_ARN": "arn:aws:iam::210987654321:user/double",
    "STORAGE_AWS_EXTERNAL_ID": "DOUBLE_SFCRole=1_abc",
}

EXACT = Context(prec=1_000)
WHITE_SPACE = " \t\r\x0b\x0c"
_Cursor = fakesnow.cursor.FakeSnowflakeCursor
_execute = _Cursor.execute
_transform = _Cursor._transform
_trim_cast_varchar = transforms.trim_cast_varchar


class SnowflakeDouble:
    """The account.

    Attributes:
        stages: of each database, where `@raw.sales_landing` is: `s3://bucket/prefix/`; its set-up
            says so.
        statements: what was sent, in order.
        history: of each connection, the ids of its statements.
        locks: of the tables.
        failures: texts; a statement that holds one fails once, with an internal error.
        grants: who may do what.
        said: what was sent, with the session that it was sent in as it was then.
    """

    def __init__(self, host: str, port: int, s3: Any) -> None:
        self.host = host
        self.port = port
        self.s3 = s3
        self.stages: dict[str, str] = {}
        self.statements: list[str] = []
        self.failures: list[str] = []
        self.history: dict[int, list[str]] = {}
        self.grants = Grants()
        self.said: list[tuple[Session, str]] = []
        self.locks = Locks()
        self.locks.canceled = _canceled

    def settings(self, database: str | None = None) -> SnowflakeSettings:
        """How to reach it, with a database of its own."""
        return SnowflakeSettings(
            account="double",
            user="ECOM_LOADER",
            role=ROLE,
            warehouse=WAREHOUSE,
            database=database or f"ECOM_{uuid.uuid4().hex[:8]}".upper(),
            password="snow",
            host=self.host,
            port=self.port,
            protocol="http",
            storage_integration="ECOM_S3",
            aws_role_arn="arn:aws:iam::123456789012:role/ecom-snowflake",
        )

    def empty(self, database: str, *, stage: str) -> None:
        """Delete all rows of a database, let its stage be another place, and its time zone be UTC:
        one that a test before it has set would be set again by the first turn, under a lock."""
        self.stages[database] = stage
        with shared_fs.duck_conn.cursor() as cursor:
            for table in tables().keys() - {VERSION_TABLE}:
                cursor.execute(f'delete from "{database}".{table}')
            cursor.execute(f"update \"{database}\".{VERSION_TABLE} set time_zone = 'UTC'")


@contextmanager
def snowflake_double(s3: Any) -> Iterator[SnowflakeDouble]:
    """Start the server.

    Args:
        s3: a boto3 client for the bucket that the stage points to.
    """
    _add_functions(shared_fs.duck_conn)
    shared_fs.duck_conn.execute("set threads = 1")  # a few rows are no work for more
    if TELEMETRY not in app.routes:
        app.routes.append(TELEMETRY)
        app.routes.insert(0, QUERY)
        app.routes.insert(0, LOGIN)
        app.routes.insert(0, CANCEL)
    with deep_recursion(), serve() as connection:
        double = SnowflakeDouble(connection["host"], connection["port"], s3)

        def execute(cursor: Any, command: str, *args: Any, **kwargs: Any) -> Any:
            done = double.locks.execute(
                cursor, command, _execute, lambda: answered(cursor, command, *args, **kwargs)
            )
            double.history.setdefault(id(cursor._conn), []).append(cursor.sfqid)
            return done

        def answered(cursor: Any, command: str, *args: Any, **kwargs: Any) -> Any:
            double.statements.append(command)
            try:
                for text in double.failures:
                    if text in command.lower():
                        double.failures.remove(text)
                        raise AssertionError(f"made to fail: {text}")
                works_as = cursor._conn.works_as
                works_as.database = cursor._conn.database or works_as.database
                double.said.append((replace(works_as), command))
                double.grants.execute(works_as, command)
                if done := _administer(double, cursor, " ".join(command.lower().split()), command):
                    return done
                if command.lower().startswith("copy into"):
                    return _copy(double, cursor, command)
                if "query_history_by_session" in command.lower():
                    return _history(double, cursor)
                return _execute(cursor, command, *args, **kwargs)
            except errors.Error:
                raise
            except Exception as error:  # else a 500, which the connector tries again for minutes
                traceback.print_exc()
                raise errors.ProgrammingError(
                    msg=f"SQL execution internal error: {error}", errno=300002, sqlstate="XX000"
                ) from error

        with (
            mock.patch.object(fakesnow.server, "sessions", EndingSessions(double.locks)),
            mock.patch.object(_Cursor, "execute", execute),
            mock.patch.object(fakesnow.server, "parse_one", parsed_once),
            mock.patch.object(fakesnow.cursor, "parse_one", parsed_once),
            mock.patch.object(_Cursor, "_describe_last_sql", describe_last_once),
            mock.patch.object(_Cursor, "_transform", translated_once(_corrected)),
            mock.patch.object(transforms, "trim_cast_varchar", _trim),
            mock.patch.object(transforms, "regex_replace", _replace_all),
            mock.patch.object(transforms, "numeric_agg_implicit_cast", lambda node: node),
            mock.patch.object(Variables, "inline_variables", lambda _, sql: sql),
        ):
            yield double


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Python's JSON parser descends into a document."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, 5_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


NOTED = re.compile(
    r"grant |use (role|warehouse) |alter (session|database) |drop (role|database) "
    r"|(create|alter) (role|warehouse|storage integration|resource monitor|file format|stage) "
)


def _administer(double: SnowflakeDouble, cursor: Any, said: str, command: str) -> Any:
    """What concerns the account and not its tables, or None."""
    if said.startswith(("create stage", "alter stage")):
        url = re.search(r"url = '(.*?)'", command)
        assert url is not None
        double.stages[cursor._conn.database] = url[1]
    if said.startswith("desc integration"):
        return _answer(
            cursor,
            [
                {"property": name, "property_type": "String", "property_value": value}
                for name, value in INTEGRATION.items()
            ],
        )
    if said.startswith("show stages"):
        works_as = cursor._conn.works_as
        stage = ("stage", works_as.full("raw.sales_landing"))
        shown = [{"name": "SALES_LANDING", "url": _stage(double, cursor)}]
        return _answer(cursor, shown if double.grants.may(works_as.role, "usage", stage) else [])
    if said.startswith("select current_role()"):
        works_as = cursor._conn.works_as
        now = {
            kind: name if name and double.grants.may(works_as.role, "usage", (kind, name)) else None
            for kind, name in (
                ("warehouse", works_as.warehouse),
                ("database", works_as.database),
            )
        }
        return _answer(cursor, [{"role": works_as.role, **now}])
    if said.startswith("list '@"):
        return _list(double, cursor, said)
    if said.startswith("create schema"):
        return _execute(cursor, command.replace("with managed access", ""))
    if NOTED.match(said):
        return _answer(cursor, [{"status": "Statement executed successfully."}])
    return None


def _stage(double: SnowflakeDouble, cursor: Any) -> str:
    return double.stages[cursor._conn.database]


def _list(double: SnowflakeDouble, cursor: Any, said: str) -> Any:
    place = said.partition("@raw.sales_landing/")[2].rstrip("';")
    bucket, _, prefix = _stage(double, cursor).removeprefix("s3://").partition("/")
    found = double.s3.list_objects_v2(Bucket=bucket, Prefix=prefix + place).get("Contents", [])
    rows = [{"name": f"s3://{bucket}/{one['Key']}", "size": one["Size"]} for one in found]
    return _answer(cursor, rows or [{"name": None}])


def _corrected(cursor: Any, expression: exp.Expr, params: Any) -> exp.Expr:
    """fakesnow's translation, with what it gets wrong put right."""

    def right(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.TryCast) and node.to.is_type("timestampntz"):
            return _function("moment", node.this)
        if isinstance(node, exp.ToNumber) and node.args.get("safe"):
            precision, scale = node.args["precision"].name, node.args["scale"].name
            text = _function("decimal_text", node.this, exp.Literal.string(scale))
            to = exp.DataType.build(f"decimal({precision}, {scale})")
            return exp.TryCast(this=text, to=to)
        if isinstance(node, exp.ParseJSON) and node.args.get("safe"):
            raise NotImplementedError("TRY_PARSE_JSON, which is lenient")
        if isinstance(node, exp.ParseJSON):
            text = exp.Nullif(this=exp.Trim(this=node.this), expression=exp.Literal.string(""))
            return exp.cast(text, "json", dialect="duckdb")
        if isinstance(node, exp.CheckJson):
            return _function("check_json", node.this)
        return node

    return _transform(cursor, translated(expression).transform(right), params)


def _trim(node: exp.Expr) -> exp.Expr:
    """fakesnow forgets which characters to trim."""
    return node if node.args.get("expression") else _trim_cast_varchar(node)


def _replace_all(node: exp.Expr) -> exp.Expr:
    """fakesnow halves backslashes that are halved already."""
    if isinstance(node, exp.RegexpReplace):
        node.set("modifiers", exp.Literal.string("g"))
    return node


def _function(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _add_functions(connection: Any) -> None:
    functions = [
        *FUNCTIONS,
        ("check_json", check_json, 1, "VARCHAR"),
        ("decimal_text", _decimal_text, 2, "VARCHAR"),
        ("moment", _moment, 1, "TIMESTAMP"),
    ]
    for name, function, count, returned in functions:
        try:
            connection.create_function(
                name, function, ["VARCHAR"] * count, returned, null_handling="special"
            )
        except duckdb.NotImplementedException:  # made by an earlier fixture of this process
            continue


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def _decimal_text(text: str | None, scale: str | None) -> str | None:
    """A number with its exponent worked out, rounded half up to so many decimals."""
    if text is None:
        return None
    try:
        last = Decimal(1).scaleb(-int(scale or 0))
        return format(Decimal(text).quantize(last, ROUND_HALF_UP, EXACT), "f")
    except InvalidOperation:
        return None


def _copy(double: SnowflakeDouble, cursor: Any, command: str) -> Any:
    """COPY INTO … FROM (SELECT … FROM @stage) FILES = (…): each file whole or not at all."""
    copy = parse_one(command, read="snowflake")
    select = copy.args["files"][0].this
    _refuse_what_copy_lacks(command)
    files = _parameter(copy, "files")
    names = [name.this for name in files.expressions or [files.this]]
    skips = {"SKIP_FILE": True, "ABORT_STATEMENT": False}[_parameter(copy, "on_error").this]
    assert _parameter(copy, "force").this is True
    if len(names) > 1_000:
        raise errors.ProgrammingError(msg="The number of files is above 1000.", errno=1003)
    stage_url = _stage(double, cursor)
    bucket, _, prefix = stage_url.removeprefix("s3://").partition("/")
    answers: list[dict[str, Any]] = []
    found: list[tuple[str, list[tuple[str, int]]]] = []
    for name in names:
        answer = {"file": f"{stage_url}{name}", "status": "LOADED", "error_limit": 1}
        try:
            stored = double.s3.get_object(Bucket=bucket, Key=prefix + name)["Body"].read()
            lines = _lines(gzip.decompress(stored) if name.lower().endswith(".gz") else stored)
        except double.s3.exceptions.NoSuchKey:
            error, number = f"Remote file '{answer['file']}' was not found.", 91016
        except (EOFError, gzip.BadGzipFile, zlib.error) as broken:
            error, number = f"Invalid data encountered: {broken}", 100076
        else:
            found.append((prefix + name, lines))
            answers.append(
                answer
                | {"rows_parsed": len(lines), "rows_loaded": len(lines), "errors_seen": 0}
                | {"first_error": None, "first_error_line": None}
            )
            continue
        if not skips:
            raise errors.ProgrammingError(msg=error, errno=number, sqlstate="22000")
        answers.append(
            answer
            | {"status": "LOAD_FAILED", "rows_parsed": 0, "rows_loaded": 0, "errors_seen": 1}
            | {"first_error": error, "first_error_line": 1}
        )
    for name, lines in found:
        if lines:
            _insert(cursor, copy, select, name, lines)
    if not answers:
        answers = [{"status": "Copy executed with 0 files processed."}]
    return _answer(cursor, answers)


def _refuse_what_copy_lacks(command: str) -> None:
    """Refuse what is not on the list of functions in "Transforming data during a load". It is
    silent about operators; here none is taken."""
    select = re.search(r"from \((.*)\)\s*files = ", command, re.IGNORECASE | re.DOTALL)
    assert select is not None
    tokens = sqlglot.tokenize(select[1], read="snowflake")
    for token, following in pairwise(tokens):
        is_call = following.text == "(" and token.text.upper() not in NO_CALL
        is_name = re.fullmatch(r"[\w$@.]+|[(),]", token.text) or token.token_type in TEXTS
        if (
            (is_call and token.text.upper() not in IN_COPY)
            or not is_name
            or (token.text.upper() in OPERATORS and token.token_type not in TEXTS)
        ):
            raise errors.ProgrammingError(
                msg=f"SQL compilation error: Function '{token.text}' not supported within a COPY.",
                errno=2303,
            )


TEXTS = (sqlglot.TokenType.STRING, sqlglot.TokenType.PARAMETER)
OPERATORS = ("NOT", "AND", "OR", "IS", "IN", "BETWEEN", "WHERE", "LIKE", "ILIKE")
NO_CALL = ("(", ",", "SELECT", "FROM", "WHEN", "THEN", "ELSE")
LISTED = (
    "ARRAY_CONSTRUCT ARRAY_SIZE ASCII CASE CAST CEIL CHAR CHECK_JSON CHECK_XML CHR CONCAT "
    "CONVERT_TIMEZONE DATE ENDSWITH EQUAL_NULL FLOOR GET GET_PATH HEX_DECODE_STRING HEX_ENCODE IFF "
    "IFNULL IS_ARRAY IS_BOOLEAN IS_DECIMAL IS_INTEGER IS_NULL_VALUE IS_OBJECT IS_TIME LEN LENGTH "
    "LPAD LTRIM MD5 NULLIF NVL NVL2 OBJECT_CONSTRUCT PARSE_JSON RANDOM REGEXP_REPLACE REPLACE "
    "REGEXP_SUBSTR REVERSE RPAD RTRIM SPLIT SPLIT_PART STARTSWITH SUBSTR SUBSTRING TIME TO_ARRAY "
    "TO_BINARY TO_BOOLEAN TO_CHAR TO_DATE TO_DECIMAL TO_DOUBLE TO_NUMBER TO_NUMERIC TO_OBJECT "
    "TO_TIME TO_TIMESTAMP TO_TIMESTAMP_NTZ TO_VARCHAR TO_VARIANT TRIM TRY_CAST TRY_TO_BOOLEAN "
    "TRY_TO_DATE TRY_TO_DECIMAL TRY_TO_DOUBLE TRY_TO_NUMBER TRY_TO_NUMERIC TRY_TO_TIME UNICODE "
    "UUID_STRING"
)
IN_COPY = frozenset(LISTED.split())


def _parameter(copy: exp.Expr, name: str) -> Any:
    return next(p.expression for p in copy.args["params"] if p.this.name.lower() == name)


def _lines(content: bytes) -> list[tuple[str, int]]:
    text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    return [(line, number) for number, line in enumerate(text.split("\n"), 1) if line]


def _insert(
    cursor: Any, copy: exp.Expr, select: exp.Expr, name: str, lines: list[tuple[str, int]]
) -> None:
    staged = pyarrow.table(
        {
            "c1": pyarrow.array([line for line, _ in lines], pyarrow.string()),
            # of blank text there is no document; the CR of a CRLF is no part of one
            "document": pyarrow.array(
                [line.removesuffix("\r") if line.strip(WHITE_SPACE) else None for line, _ in lines]
            ),
            "metadata$filename": pyarrow.array([name] * len(lines), pyarrow.string()),
            "metadata$file_row_number": pyarrow.array([n for _, n in lines], pyarrow.int64()),
        }
    )

    def right(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.CheckJson):
            return _function("check_json", exp.column("c1"))
        if isinstance(node, exp.ParseJSON):
            return exp.cast(exp.column("document"), "json")
        if isinstance(node, exp.Parameter):
            return exp.column("c1")
        if isinstance(node, exp.Table) and "@" in node.sql():
            return exp.to_table("staged_lines")
        return node

    columns = ", ".join(column.name for column in copy.this.expressions)
    query = _transform(cursor, select.transform(right), None).sql(dialect="duckdb")
    table = copy.this.this.sql(dialect="duckdb")
    connection = cursor._duck_conn
    connection.register("staged_lines", staged)
    try:
        connection.execute(f"insert into {table} ({columns}) {query}")
    finally:
        connection.unregister("staged_lines")


def _history(double: SnowflakeDouble, cursor: Any) -> Any:
    scanned = 1_024 * len(double.history[id(cursor._conn)])
    return _answer(cursor, [{"bytes_scanned": scanned}])


def _answer(cursor: Any, rows: list[dict[str, Any]]) -> Any:
    """Rows made here, as the answer to a statement."""
    if not rows:
        return _execute(cursor, "select null as name where false")
    expressions = [
        "select " + ", ".join(f'{_literal(value)} as "{key}"' for key, value in row.items())
        for row in rows
    ]
    return _execute(cursor, " union all ".join(expressions))


def _literal(value: Any) -> str:
    if isinstance(value, date):
        return f"date '{value}'"
    return exp.convert(value).sql(dialect="snowflake")

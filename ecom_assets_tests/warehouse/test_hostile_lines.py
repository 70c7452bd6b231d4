"""Every line finds its place: edge values, odd JSON and naughty strings, against the model.

Each table of lines is loaded as one file. A line that might take its whole file down with it is
loaded alone, between two good ones.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from ecom_assets.model import sales
from ecom_assets.model.mapping_file import parsed_mapping
from ecom_assets.model.reading import Reading
from ecom_assets_tests.support.model import Mappings
from ecom_assets_tests.support.stacks import (
    FOLDER_DUCKDB,
    S3_SNOWFLAKE,
    Stack,
    folder_stack,
)
from ecom_assets_tests.torture.report import some
from ecom_assets_tests.warehouse.conftest import (
    DAY,
    ENGINES,
    Staging,
    good,
    jsonl,
    opened_staging,
)

NAUGHTY = Path(__file__).parent.parent / "data" / "naughty-strings.txt"
NAUGHTY_STRINGS = [
    line
    for line in NAUGHTY.read_text(encoding="utf-8").split("\n")
    if line and not line.startswith("#")
]
FILE = "dt=2026-01-05/a.jsonl"
TEXTS = [field.name for field in sales.SALES.fields if field.type == "text"]


def with_value(field: str, number: int, value: str) -> bytes:
    """A good event with a field that holds this JSON text."""
    start = json.dumps({k: v for k, v in good(number).items() if k != field})[:-1]
    return f'{start}, "{field}": {value}}}'.encode()


# ---- numbers

AS_NUMBER_AND_TEXT = [
    "0", "-0", "0.0", "-0.0", "1", "-1", "1.0", "1.10", "0.0001", "0.00005", "0.00004", "-0.00005",
    "-0.00004", "0.00015", "0.00025", "2.5", "12.50", "0.1", "0.2", "0.3", "19.99", "1.005",
    "2.675", "1.50005", "1.00004", "1.00005", "0.99995", "0.99994", "1e3", "1E3", "1e+3", "1E-2",
    "1e-4", "5e-5", "4.9e-5", "1.5e-4", "1e-5", "-1e-5", "1e-7", "1e0", "1e-0", "1.25e2", "1e13",
    "1e14", "-1e14", "1e15", "1e16", "1e18", "1e38", "1e39", "1e99", "1e308", "1e309", "1e400",
    "-1e400", "1e999", "1e-400", "1e-999", "0e999", "0e-999", "123123e100000", "99999999999999",
    "99999999999999.9999", "-99999999999999.9999", "99999999999999.99994", "99999999999999.99995",
    "-99999999999999.99995", "99999999999999.999949999999", "100000000000000",
    "12345678901234.5678", "12345678901234.56785", "12345678901234.56784999", "1234567890123.4567",
    "123456789012345.5", "1234567890.12345", "1234567890.123449999999", "999999999999999",
    "9007199254740992", "9007199254740993", "9223372036854775807", "9223372036854775808",
    "18446744073709551615", "18446744073709551616", "-9223372036854775808", "-9223372036854775809",
    "0.1000000000000000055511151231257827",
    "1.00000000000000000000000000000000000000000000000000000001", "3.0000000000000000000",
    "0.30000000000000004", "0." + "0" * 50 + "1", "1." + "9" * 50, "0." + "9" * 400, "1" * 15,
    "1" * 16, "1" * 19, "1" * 20, "1" * 39, "1" * 400, "-" + "1" * 400, "1" + "0" * 13 + ".5",
    "0.00004999999999999999999999", "0.00005000000000000000000001", "2.00004999999999999999999",
    "-0.00004999999999999999999999", "1.23456789e2", "12.3456789e1", "123456789e-6", "1.99999e0",
    "1.2345678e-1", "1234.56785e1", "123456.785e-2", "12345.67895e0", "9.99999999999999999e13",
    "999999999999999999e-4", "9999999999999999994e-5", "9999999999999999995e-5",
    "123456789012345678901e-7", "1234567890123456e-3", "12345678901234567890e-6",
    "44444444444444444444e-15", "0.0000000000000000000000000000000000001e38",
    "1.76760720012345E9", "1.767607200123456E9", "1234567890.123456e3", "1.0000000000000001e0",
    "1.00000000000000001e0", "1.00004999999999999999e0", "12500000.5e0", "1.25000005E7", "-0e0",
    "9e-1000", "-9e-1000", "1e0003", "2E+00000001", "0e99999", "1e-99999", "1e2000",
    "0." + "0" * 1000 + "12e1002", "1" + "0" * 30 + "e-30", "500000e-10", "499999e-10", "0.5e-4",
    "0.05e-3",
]  # fmt: skip

AS_TEXT = [
    "", " ", "+5", "++5", "+-5", "--5", "- 5", "5.", ".5", "+.5", "-.5", ".", "+", "-", "e", "e5",
    "1e", "1e+", "1e1.5", "1.2.3", "00012", "0" * 60 + "12", "00.1e2", "7e0999", "1e1000", " 12 ",
    "\t7\n", "\n7", "\r7\r", "\f7", "1 2", "12 3", "\u00a012", "\u200312", "12\u200b", "\ufeff12",
    "1_000", "1,000", "1.000,5", "1'000", "1 000", "0x10", "0b1", "0o7", "1f", "1d", "10%", "$5",
    "5 EUR", "€5", "(5)", "5-", "two", "NaN", "nan", "Infinity", "-Infinity", "inf", "-inf", "+inf",
    "null", "true", "false", "None", "१२", "٣", "\uff11\uff12", "²", "½", "Ⅷ", "五", "\u22125",
    "12\x00", "\x0012", "1\x002", "\x00", "5\n6", "5;drop", "1/2", "1e3e3", "=1+1", "{}", "[]",
    '"5"', "'5'", "#5", "5#", "1" * 2000 + "x", " " * 2000 + "3", "😀aaaaaaaaaaaaaaaaaaaaaaaa",
]  # fmt: skip

AS_JSON = [
    "true", "false", "null", "{}", "[]", "[1]", '{"a": 1}', '"\\u0031\\u0032"',
    '"\\u0031.000000000000000000000000001"', '" \\t12"', '"12\\/"', '"\\ud83d\\ude00"', '"\\u0000"',
]  # fmt: skip


def is_json_number(text: str) -> bool:
    try:
        json.loads(text, parse_int=str, parse_float=str)
    except ValueError:
        return False
    return True


NUMBER_VALUES = [
    *(text for text in AS_NUMBER_AND_TEXT if is_json_number(text)),
    *(json.dumps(text) for text in AS_NUMBER_AND_TEXT),
    *(json.dumps(text) for text in AS_TEXT),
    *AS_JSON,
]

# ---- integers

INTEGER_VALUES = [
    "7", "7.0", "7.000", "-7", "0", "-0", "-0.0", "7.5", "1e99", "null", "true", "false", "{}",
    "[]", "[7]", '"7"', '"7."', '"7.0"', '"7.00000000000000000"', '"+7"', '"-7"', '" 7 "', '"7 "',
    '"7.5"', '"1e3"', '""', '"."', '".0"', '"+"', '"--1"', '"\u0667"', '"\uff17"', '"1_0"', '"1,0"',
    '"0x7"', '"7\\u0000"', '"7\\n"', '"00012"', '"0000000000000000000000000000012"', '"-0"',
    "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "-9223372036854775809", "18446744073709551615", "18446744073709551616", '"9223372036854775807"',
    '"9223372036854775807.0"', '"9223372036854775808"', '"-9223372036854775808"',
    '"-9223372036854775809"', '"9007199254740993.000"', "1" * 400, '"' + "9" * 400 + '"',
    "1e2", "1.0E7", "12e13", "1e14", "1e15", "1e18", "15e-1", "1.5e1", "123456789012345678e0",
    "9223372036854775.807e3", "-0e0", "7.0000000000000000", "1.0000000000000000e2",
    "900719925474099.0", '"NaN"', '"abc"', '"7e0"',
]  # fmt: skip

# ---- moments

MOMENTS = [
    "2026-01-05", "2026-01-05T10:00", "2026-01-05T10:00Z", "2026-01-05T10:00:00",
    "2026-01-05T10:00:00Z", "2026-01-05 10:00:00", "2026-01-05 10:00", "2026-01-05T00:00:00Z",
    "2026-01-05T23:59:59Z", "2026-01-05T23:59:59.999999Z", "2026-01-05T23:59:59.9999999Z",
    "2026-01-05T10:00:00.5", "2026-01-05T10:00:00,5Z", "2026-01-05T10:00:00,123456789+0100",
    "2026-01-05T10:00:00.1+01:00", "2026-01-05T10:00:00.000000999Z", "2026-01-05T10:00:00.1234565Z",
    "2026-01-05T10:00:00.", "2026-01-05T10:00:00.Z", "2026-01-05T10:00:00.-5", "2026-01-05T10:00.5",
    "2026-01-05T10.5", "2026-01-05t10:00:00", "2026-01-05t10:00:00Z", "2026-01-05T10:00:00z",
    "2026-01-05t10:00:00z", "2026-01-05 10:00:00.5z", "2026-01-05t10:00",
    "2026-01-05t10:00:00+01:00", "2026-01-05T10:00:60Z", "2026-01-05T23:59:60Z",
    "2026-01-05T23:59:61Z", "2026-01-05T24:00:00Z", "2026-01-05T24:00", "2026-01-04T24:00",
    "2026-01-05T25:00", "2026-01-05T10:60", "2026-01-05T1:00", "2026-01-05T10:0",
    "2026-01-05T10:00:5", "2026-01-05T10", "2026-01-05T", "2026-01-05T10:", "2026-01-05T10:00:",
    "2026-01-05T10+01", "2026-01-05T10:00:00+00", "2026-01-05T10:00:00+00:00",
    "2026-01-05T10:00:00-00:00", "2026-01-05T10:00:00-08", "2026-01-05T10:00:00+0530",
    "2026-01-05T10:00:00+05:30", "2026-01-05T10:00+0530", "2026-01-05T10:00:00+5",
    "2026-01-05T10:00:00+5:30", "2026-01-05T10:00:00+05:3", "2026-01-05T10:00:00+05:",
    "2026-01-05T10:00:00+05:60", "2026-01-05T10:00:00+053", "2026-01-05T10:00:00+05:30:15",
    "2026-01-05T14:00:00+14:00", "2026-01-05T13:59:59+14:00", "2026-01-05T09:59:59-14:00",
    "2026-01-05T10:00:00-14:00", "2026-01-05T00:00:00-14:59", "2026-01-05T20:00:00+14:59",
    "2026-01-05T20:00:00+15:00", "2026-01-05T10:00:00-15", "2026-01-05T10:00:00+24:00",
    "2026-01-06T01:00:00+02:00", "2026-01-04T23:00:00-02:00", "2026-01-05T10:00:00+-1",
    "2026-01-05T10:00:00 +01:00", "2026-01-05T10:00:00\u221205:00", "2026-01-05T10:00:00 Z",
    "2026-01-05T10:00:00ZZ", "2026-01-05T10:00:00Zjunk", "2026-01-05T10:00:00+01:00Z",
    "2026-01-05Z", "2026-01-05+01:00", "2026-01-05 +01:00", "2026-1-1", "2026-1-05", "2026-01-5",
    "26-01-05", "02026-01-05", "12026-01-05", "+2026-01-05", "-2026-01-05", "20260105",
    "20260105T100000Z", "2026-01-05T100000Z", "2026-01", "2026", "2026-W02-1", "2026-005",
    "2026-01-", "2026/01/05", "2026.01.05", "05.01.2026", "01/05/2026", "5 Jan 2026",
    "Mon, 05 Jan 2026 10:00:00 GMT", "2026-01-00", "2026-00-10", "2026-13-01", "2026-01-32",
    "2026-02-29", "2024-02-29", "2028-02-29T23:59:59Z", "1900-02-29", "2000-02-29", "2100-02-29",
    "2026-04-31", "2026-02-30T12:00:00Z", "0000-01-01", "0000-12-31T23:59:59Z", "0001-01-01",
    "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00-14:00", "9999-12-31",
    "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59-14:00",
    "0001-01-02", "0001-01-03", "0001-01-03T00:00:00+14:59", "9999-12-29T23:59:59-14:59",
    "9999-12-30", "10000-01-01",
    "294247-01-10T04:00:54.775807Z", "1969-12-31T23:59:59Z", "1970-01-01", "infinity", "-infinity",
    "Infinity", "epoch", "now", "today", "tomorrow", "yesterday", "NaT", "null", "0", "1767607200",
    "1767607200000", "1767607200.5", "2026-01-05 (BC)", "0001-01-05 (BC)", "2026-01-05 BC",
    "2026-01-05 10:00:00 AD", "2026-01-05 10:00:00 UTC", "2026-01-05T10:00:00UTC",
    "2026-01-05T10:00:00GMT", "2026-01-05 10:00:00 Europe/Berlin",
    "2026-01-05T10:00:00+01:00[Europe/Berlin]", "2026-01-05T10:00:00 PM", "2026-01-05 10:00:00 EST",
    " 2026-01-05 ", " 2026-01-05", "2026-01-05 ", "2026-01-05\n", "\n2026-01-05",
    "2026-01-05T10:00:00Z\n", "2026-01-05\t10:00:00", "2026-01-05  10:00", "2026-01-05_10:00",
    "2026-01-05\u00a010:00", "2026-01-05\x00", "2026-01-05T10:00:00\x00",
    "\uff12\uff10\uff12\uff16-01-05", "\u0662\u0660\u0662\u0666-01-05", "2026\u201001\u201005",
    "2026-01-05T10\uff1a00", "", " ", "T", "Z", "--", "2026-01-05T10:00:00.१",
    *[f"2026-01-05T10:00:00.{'123456789' * 45}"[: 20 + n] for n in (1, 2, 3, 5, 6, 7, 9, 18, 400)],
    *[f"2026-01-05T10:00:00.{'9' * n}+01:00" for n in (1, 6, 7, 9, 10, 400)],
    f"2026-01-05T10:00:00.{'9' * 400}x", "2026-01-05T10:00:00." + "0" * 400 + "Z",
]  # fmt: skip

MOMENT_VALUES = [
    *(json.dumps(text) for text in MOMENTS),
    *("2026", "20260105", "1767607200", "1767607200.5", "true", "null", "{}", "[]"),
    *('["2026-01-05"]', '{"a": "2026-01-05"}', '"\\u0032026-01-05"', '"2026-01-05T10:00\\u005a"'),
]

# ---- event ids

IDS = [
    "", " ", "   ", "\t", "\n", "\r\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f ", "\x85",
    "\u00a0", "\u1680", "\u2000\u2001\u2002\u2003", "\u2004\u2005\u2006\u2007\u2008\u2009\u200a",
    "\u2028", "\u2029", "\u202f", "\u205f", "\u3000", " \t\u00a0\u3000\n", "\u200b", "\u180e",
    "\u2060", "\ufeff", "\x00", "\x00\x00", "\x1b", "\x7f", "a\x00b", "a\x00c", "a", "A", "á",
    "a\u0301", " a", "a ", "a\u00a0", "%", "_", "'", '"', "\\", "--", "null", "NULL", "None",
    "undefined", "{}x", "ﬀ", "ff", "ß", "ss", "İ", "i̇", "😀", "x" * 100_000, "a", "A", "a\x00b",
]  # fmt: skip
ID_VALUES = [
    *(json.dumps(text) for text in IDS),
    *("null", "true", "false", "0", "17", "-5", "18446744073709551615", "{}", "[]", "[null]"),
    *("-0", "-0.0", "17.0", "17.50", "0.10", "1e2", "15e-1", "1.5E+3", "1e-7", "1e999", "-0e0"),
    *("1" * 38, "1" * 39, "0." + "0" * 30 + "1", "0." + "0" * 50 + "1", "1.0" + "0" * 40),
    *('"17.0"', '"17.50"', '"1e2"', '"-0"', "12345678901234567", "123456789012345.675"),
]

# ---- JSON documents: how an object goes on that began as a good event

REST_OF_OBJECT = [
    '"a":1}', '"a":1 }', '\t"a" : 1\t}\t', '"a":[1,]}', '"a":[1 , ]}', '"a":[1,\t]}', '"a":1,}',
    '"a":1 ,\t}', '"a":[,]}', '"a":[,1]}', '"a":[1,,2]}', '"a":{,}}', '"a":{"b":1,}}', ',"a":1}',
    '"a":1,,"b":2}', '"a":NaN}', '"a":nan}', '"a":-NaN}', '"a":[NaN]}', '"a":[nAn]}',
    '"a":Infinity}', '"a":-Infinity}', '"a":+Infinity}', '"a":infinity}', '"a":inf}', '"a":-inf}',
    '"a":Inf}', '"a":[1, -Infinity]}', '"a":{"b":Infinity}}', '"a":\t-nan}', '"a": \x0bNaN}',
    '"a":+1}', '"a":0x1F}', '"a":.5}', '"a":-.5}', '"a":5.}', '"a":5.e1}', '"a":01}', '"a":-01}',
    '"a":00}', '"a":-}', '"a":--1}', '"a":1e}', '"a":1e+}', '"a":0E+}', '"a":1eE2}', '"a":1.2.3}',
    '"a":1 000}', '"a":1_0}', '"a":\uff11}', '"a":1f}', '"a":1e400}', '"a":-1e999}',
    '"a":123123e100000}', '"a":1e-99999}', '"a":0e99999}', '"a":' + "1" * 5000 + "}",
    '"a":0.' + "1" * 5000 + "}", '"a":True}', '"a":TRUE}', '"a":tRue}', '"a":nul}', '"a":nulll}',
    '"a":undefined}', '"a":NULL}', '"a":truefalse}', '"a":"\\ud800"}', '"a":"\\udc00"}',
    '"a":"\\udc00\\ud800"}', '"a":"\\ud800\\ud800"}', '"a":"\\ud834x"}', '"a":"\\ud834\\u0041"}',
    '"a":"\\ud83d\\ude00"}', '"a":"\\uD834\\uDd1e"}', '"\\ud800":1}', '"a":{"\\udfff":1}}',
    '"a":["\\udbff"]}', '"a":"\\u0000"}', '"\\u0000":1}', '"a":"\x01"}', '"a":"\t"}', '"a":"\x00"}',
    '"a":"\x1f"}', '"a":"\x7f"}', '"a\tb":1}', '"a":"\\x"}', '"a":"\\a"}', '"a":"\\0"}',
    '"a":"\\\'"}', '"a":"\\u12"}', '"a":"\\u00gz"}', '"a":"\\U0001F600"}',
    '"a":"\\/\\b\\f\\n\\r\\t\\"\\\\"}', '"a":"\\"}', '"a":"b\\', '"a":"b', '"a":""""}', '"a":"x"y}',
    '"a":"x" "y"}', "'a':1}", "a:1}", '"a":\'x\'}', '"a":`x`}', "1:1}", "null:1}", '"a" 1}', '"a"}',
    '"a":}', '"a"::1}', ":1}", '"a":1:2}', '"a";1}', '"a"=1}', '"a":1/*c*/}', '/**/"a":1}',
    '"a":1}//c', '"a":1}#c', '"a":1 // c}', '"a":1} {"b":2}', '"a":1}{}', '"a":1}[]', '"a":1},',
    '"a":1};', '"a":1}]', '"a":1}}', '"a":1', '"a":[1}', '"a":[1]', '"a":{"b":[}]}', '"a":1}\x00',
    '"a":1\x00}', '"a":1}\x0c', '"a":1}\x0b', '"a":1}\xa0', '"a":\x0c1}', '"a":\xa01}',
    '"a":\u20281}', '"a":\u30001}', '"a":"x"\ufeff}', '"a":"\ufeff"}', '"a":"\u2028\u2029"}',
    '"a":"\uffff\U0010ffff"}', '"a":1}\x1a', '"a":1}\x04', '"a":1}\\n', '"":1}', '"":1,"":2}',
    '"a":1,"a":2}', '"a":1,"a":1}', '"a":1,"\\u0061":2}', '"a":1,"A":2}', '"é":1,"e\u0301":2}',
    '"é":1,"\\u00e9":2}', '"a":{"b":1,"b":2}}', '"a":[{"b":1,"b":2}]}',
    '"\\u0000a":1,"\\u0000b":2}', '"a\\u0000":1,"a":2}', '"a\\u0000":1,"a\\u0000":2}',
    '"event\\u005fid":"x"}', '"event_id":"x"}', '"event_id":null}', '"quantity":1}',
    '"quant\\u0069ty":2}', '"Event_ID":"x"}', '"event_id ":"x"}',
    '"raw":1,"keys":[],"batch_date":"2026-01-01","is_object":false}', '"$":1,"$.event_id":2}',
    '"event_id.x":1}', '"a":":nan"}', '"a":",]"}', '"a":",}"}', '"a":"[-Infinity"}', '"a":"\\",}"}',
    '"a":"\\\\",}', '"a":[":nan"],}', '":inf":1}', '"a":":nan","b":NaN}', '"a":"\\"","b":NaN}',
    '"a":"x\\\\","b":[":inf",]}', '"a":":nan","b":1e400}', '"a":",}","b":-1e999}',
    '"a":",]","b":123123e100000}', '"a":":nan","b":"\\ud800"}', '"a":":nan","b":1,"b":2}',
    '"a":' + "[" * 1000 + "]" * 1000 + "}", '"a":":nan","b":' + "[" * 1000 + "]" * 1000 + "}",
    '"a":":nan","b":' + "[" * 3000 + "]" * 3000 + "}",
    '"a":' + "[" * 1000 + "NaN" + "]" * 1000 + "}", '"a":' + '{"a":' * 1000 + "1" + "}" * 1001,
    '"a":' + "[" * 1000 + "}", ",".join(f'"k{n}":{n}' for n in range(2000)) + "}",
    ",".join(f'"k{n}":{n}' for n in [*range(2000), 77]) + "}",
]  # fmt: skip

WHOLE_LINES = [
    "[]", "[1]", '["event_id"]', '[["event_id","x"]]', "[{}]",
    '[{"event_id":"x","quantity":"1111111111111111111111"}]', '"x"', '""', "0", "1", "-1", "1.5",
    "1e400", "null", "true", "false", "1111111111111111111111", "{}", "{ }", " {} ", "\t{}\r",
    "\u00a0{}", "{} ", "{},", "{}x", "{} {}", "{}{}", "{", "}", "{{", "}}", "{]", "[}", "[", "]",
    "{,}", '{"a"}', '{"a":', '{"', '{"a', "{a}", "{'a':1}", "nan", "NaN", "-NaN", "Infinity",
    "-Infinity", "+Infinity", " -inf", "undefined", "None", "#", "//", "/* */ {}", "--", ",", ":",
    "\\", '"', "'", '"\\ud800"', "\ufeff{}", '\ufeff{"event_id":"x"}', "\x00", "\x00\x00", "\x01",
    "\x1a", "\x7f", "\x1b[31m", "\u00a0", "\u3000", "\u2028", "\x1c", "\x85", "\u200b",
    "event_id,event_ts,quantity", "<xml/>", "a\rb", "{}\r{}", "\r\r", "\r{}\r",
    '{"event_id":"lone\rcr"}', '"{\\"event_id\\":1}"', "[" * 1000, "[" * 1000 + "]" * 1000,
    '{"a":' * 1000, "", "   ", "\t", "\x0b", "\x0c", " \t\r", "\r",
    "'; drop table raw.raw_sales; --", "$1", ":first_day", "?", "{{ jinja }}", "%s %(x)s", "\\N",
    "\\x00", "NULL", "\ufffd", "\U0010ffff", "é" * 5000, " " * 5000 + "{}", "{}" + " " * 5000,
]  # fmt: skip

LATIN_1 = json.dumps(good("cafe")).encode().replace(b"cafe", b"caf\xe9")
NOT_UTF8 = [
    b"\xff", b"\xfe\xff", b"\x80", b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98", b"\xc0\xaf",
    b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"a\xffb",
    b'{"event_id":"\xff"}', LATIN_1, LATIN_1 + b"\xe2\x82", b"{\x00}", "{}".encode("utf-16-le"),
    "{}".encode("utf-16"), "\ufeff{}".encode("utf-32-le"), b"\x1f\x8b\x08\x00", b"\xef\xbb",
    b"\xef\xbb\xbf{}", b"\xef\xbb\xbf", b'{"event_id":"x","a":"\xed\xa0\xbd\xed\xb8\x80"}',
    b'{"\xff":1,"\xfe":2}', b"\xc3\r", b"\xe2\x82\r",
]  # fmt: skip


def naughty_everywhere() -> Iterator[bytes]:
    """Every naughty string in each text field but the id, and in those for lenient numbers."""
    texts = [name for name in TEXTS if name != "event_id"]
    for number, text in enumerate(NAUGHTY_STRINGS):
        fields: dict[str, Any] = dict.fromkeys([*texts, "points", "unit_price"], text)
        yield json.dumps(good(number, **fields), ensure_ascii=number % 2 == 0).encode()


def naughty_in(*fields: str) -> list[bytes]:
    """Every naughty string in these fields."""
    lines = []
    for number, text in enumerate(NAUGHTY_STRINGS):
        lines.append(json.dumps({**good(number), **dict.fromkeys(fields, text)}).encode())
    return lines


TABLES: dict[str, Sequence[bytes]] = {
    "quantity": [with_value("quantity", n, v) for n, v in enumerate(NUMBER_VALUES)],
    "total_amount": [with_value("total_amount", n, v) for n, v in enumerate(NUMBER_VALUES)],
    "unit_price": [with_value("unit_price", n, v) for n, v in enumerate(NUMBER_VALUES)],
    "points": [with_value("points", n, v) for n, v in enumerate(INTEGER_VALUES)],
    "event_ts": [with_value("event_ts", n, v) for n, v in enumerate(MOMENT_VALUES)],
    "event_id": [with_value("event_id", n, v) for n, v in enumerate(ID_VALUES)],
    "objects": [
        (json.dumps(good(n))[:-1] + "," + rest).encode() for n, rest in enumerate(REST_OF_OBJECT)
    ],
    "lines": [line.encode() for line in WHOLE_LINES],
    "not utf-8": NOT_UTF8,
    "naughty fields": list(naughty_everywhere()),
    "naughty event_id": naughty_in("event_id"),
    "naughty event_ts": naughty_in("event_ts"),
    "naughty numbers": naughty_in("quantity", "total_amount"),
    "naughty keys": [json.dumps({**good(n), t: t}).encode() for n, t in enumerate(NAUGHTY_STRINGS)],
}


def load_and_compare(staging: Staging, table: str) -> None:
    """Load a table of lines as one file, and see that each is where the model says."""
    staging.land(FILE, b"".join(line + b"\n" for line in TABLES[table]))
    staging.run()


ON_SNOWFLAKE = (
    *("quantity", "points", "event_ts", "event_id", "objects", "lines", "not utf-8"),
    "naughty fields",
)
"""Tables that the short form has on Snowflake: one of numbers, one of naughty strings, and those
that are alone of their kind."""
IN_SHORT = (*product([FOLDER_DUCKDB], TABLES), *product([S3_SNOWFLAKE], ON_SNOWFLAKE))


@pytest.mark.parametrize(
    ("staging_on_both", "table"),
    some(*IN_SHORT, of=product(ENGINES, TABLES)),
    indirect=["staging_on_both"],
)
def test_every_line_finds_its_place(staging_on_both: Staging, table: str) -> None:
    """A number is kept to its last digit or refused; an integer that does not fit is null and
    rejects nothing; a moment is ISO 8601 or refused; an event id is blank when it is white space
    alone; a line is one JSON object by the book or malformed; naughty strings are values."""
    load_and_compare(staging_on_both, table)


# ---- the same inside of items

IN_ITEMS = """
rows = ".order.items"
[fields]
%s
"""


def in_items() -> Mappings:
    """A mapping that reads each field of an item by its own name."""
    fields = "\n".join(f'{field.name} = "@.{field.name}"' for field in sales.SALES.fields)
    mapping = parsed_mapping(IN_ITEMS % fields, "in_items", sales.SALES, "in_items.toml")
    return (("*", mapping),)


def as_item(line: bytes, number: int) -> bytes:
    """An order with the line between two good items."""
    good_ones = [json.dumps(good(f"{side} of {number}")).encode() for side in ("left", "right")]
    return b'{"order":{"items":[%s]}}' % b",".join([good_ones[0], line, good_ones[1]])


@pytest.mark.parametrize("stack", some(FOLDER_DUCKDB, of=ENGINES))
@pytest.mark.parametrize("table", TABLES)
def test_every_item_finds_its_place(
    every_type: None, stack_of: Callable[..., Stack], stack: str, table: str
) -> None:
    """The lines of the tables once more, each as an item between two good ones: what is good
    alone is good there, and what is no JSON makes its whole line malformed."""
    mappings = in_items()
    lines = [as_item(line, number) for number, line in enumerate(TABLES[table])]
    reading = Reading(mappings=mappings)
    with opened_staging(stack_of(stack, reading), reading) as staging:
        staging.land(FILE, b"".join(line + b"\n" for line in lines))
        rows = staging.run()
    assert any(len(place) == 3 for place in rows)


IN_LISTS = """
[fields]
event_id = ".event_id"
event_ts = { path = ".at", unit = "seconds", default = "2026-01-05" }
quantity = ".quantity"
total_amount = { sum = [".parts[].n"] }
currency = ".currency"
unit_price = { sum = [".rows[1].parts[][0]"] }
"""
EPOCHS = [
    "1767607200", "1767607200.5", "17676072e2", "1767607.2E3", "17676072000e-1", "1.7676072e+9",
    '"17676072e2"', '" 1767607200 "', '"+1767607200"', '"1767607200."', '".5"', '"1e"', "1e400",
    "1767607200123456789e-9", "-1e3", "1e-400", '"1767607200x"', "1.76760720000000000000001e9",
]  # fmt: skip


@pytest.mark.parametrize("stack", [FOLDER_DUCKDB])
def test_numbers_in_lists_and_counts_of_seconds_are_exact(
    every_type: None, stack_of: Callable[..., Stack], stack: str
) -> None:
    mapping = parsed_mapping(IN_LISTS, "in_lists", sales.SALES, "in_lists.toml")
    start = json.dumps(good())[:-1]
    lines = [
        *(f'{start}, "parts": [{{"n": 1}}, {{"n": {value}}}]}}' for value in NUMBER_VALUES),
        *(f'{start}, "rows": [1, {{"parts": [[1], [{value}]]}}]}}' for value in NUMBER_VALUES),
        *(f'{start}, "at": {value}}}' for value in EPOCHS),
    ]
    reading = Reading(mappings=(("*", mapping),))
    with opened_staging(stack_of(stack, reading), reading) as staging:
        numbered = [line.replace('"e1"', f'"e{n}"') for n, line in enumerate(lines)]
        staging.land(FILE, "\n".join(numbered).encode())
        assert list(staging.run().values()).count("") > 200


@pytest.mark.parametrize(
    ("opening", "depth"), [("[", 100), ("[", 100_000), ('{"a":', 2_000)], ids=str
)
@pytest.mark.parametrize("where", ["line", "order", "item", "twice"])
def test_items_beside_a_deeply_nested_value_are_read_to_the_last_digit(
    every_type: None, tmp_path: Path, where: str, opening: str, depth: int
) -> None:
    innermost = '{"b": 1, "b": 2}' if where == "twice" else "1"
    deep = opening * depth + innermost + {"[": "]", '{"a":': "}"}[opening] * depth
    sale = with_value("total_amount", 1, "12345678901234.5678").decode()
    if where == "item":
        sale = f'{sale[:-1]}, "deep": {deep}}}'
    order = f'{{"items": [{sale}], "deep": {deep if where == "order" else 1}}}'
    line = f'{{"order": {order}, "deep": {deep if where in ("line", "twice") else 1}}}'
    reading = Reading(mappings=in_items())
    with opened_staging(folder_stack(tmp_path, reading), reading) as staging:
        staging.land(FILE, f"{line}\n".encode())
        assert staging.run() == {(FILE, 1): "Malformed JSON" if where == "twice" else ""}


def test_naughty_strings_are_lines_like_others(staging: Staging) -> None:
    staging.land(FILE, NAUGHTY.read_bytes())
    assert len(staging.run()) > 400


# ---- lines that might take others down with them: loaded between two good ones


def one_among_good(staging: Staging, line: str) -> str:
    """The reasons of a line between two good ones."""
    staging.land(FILE, jsonl(good("before"), line, good("after")))
    reasons = staging.run()
    assert (reasons[FILE, 1], reasons[FILE, 3]) == ("", "")
    return reasons[FILE, 2]


@pytest.mark.parametrize("field", ["quantity", "total_amount", "unit_price"])
@pytest.mark.parametrize(
    "value",
    [
        '{"value": 12345678901234567890}',
        '{"amount": "12.50", "currency": "EUR"}',
        '[[["1111111111111111111111111"]]]',
        "[1.00000000000000001, 2]",
    ],
)
def test_a_long_object_or_array_is_no_number(staging: Staging, field: str, value: str) -> None:
    line = with_value(field, 1, value).decode()
    wanted = {"quantity": "Invalid quantity", "total_amount": "Invalid total_amount"}
    assert one_among_good(staging, line) == wanted.get(field, "")


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


@pytest.mark.parametrize("depth", [100, 2_000, 100_000])
def test_nesting_has_no_limit(staging: Staging, depth: int) -> None:
    line = json.dumps(good())[:-1]
    assert one_among_good(staging, f'{line}, "a": {nested(depth)}}}') == ""


@pytest.mark.parametrize("depth", [100, 2_000, 100_000])
def test_a_deeply_nested_value_is_no_number(staging: Staging, depth: int) -> None:
    line = with_value("quantity", 1, nested(depth)).decode()
    assert one_among_good(staging, line) == "Invalid quantity"


@pytest.mark.parametrize("depth", [100, 2_000, 100_000])
@pytest.mark.parametrize("amount", ["12345678901234.5678", '"12345678901234.5678"'])
def test_a_long_number_beside_a_deeply_nested_value_keeps_its_digits(
    staging: Staging, depth: int, amount: str
) -> None:
    line = with_value("total_amount", 1, amount).decode()[:-1]
    assert one_among_good(staging, f'{line}, "a": {nested(depth)}}}') == ""


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_a_line_of_nothing_but_openings_is_malformed(staging: Staging, opening: str) -> None:
    assert one_among_good(staging, opening * 100_000) == "Malformed JSON"


def test_a_line_of_megabytes_is_a_row(staging: Staging) -> None:
    assert one_among_good(staging, json.dumps(good(event_id="x" * 5_000_000))) == ""


def test_a_malformed_line_of_megabytes_is_kept_whole(staging: Staging) -> None:
    assert one_among_good(staging, "{" + "x" * 5_000_000) == "Malformed JSON"


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_number_of_a_million_digits_is_refused(staging: Staging, quote: str) -> None:
    line = with_value("quantity", 1, f"{quote}{'1' * 1_000_000}{quote}").decode()
    assert one_among_good(staging, line) == "Invalid quantity"


def test_a_number_of_a_million_digits_and_an_exponent_is_refused(staging: Staging) -> None:
    line = with_value("quantity", 1, f"{'1' * 1_000_000}e1").decode()
    assert one_among_good(staging, line) == "Invalid quantity"


def test_an_object_of_many_keys_is_a_row(staging: Staging) -> None:
    many = {f"k{n}": n for n in range(50_000)}
    assert one_among_good(staging, json.dumps({**good(), **many})) == ""


FULL = {
    **dict.fromkeys(TEXTS, "x"),
    **good(unit_price=1, points=1),
}


@pytest.mark.parametrize(
    ("line", "reasons"),
    [
        (json.dumps(FULL), ""),
        (json.dumps(FULL | {"country": None}), ""),
        (json.dumps(FULL)[:-1] + ', "device": "y"}', "Malformed JSON"),
        (
            json.dumps({k: v for k, v in FULL.items() if k != "country"})[:-1] + ', "device": "y"}',
            "Malformed JSON",
        ),
    ],
    ids=["full", "one null", "one twice", "one twice, one missing"],
)
def test_a_line_with_all_fields_is_judged_like_others(
    staging: Staging, line: str, reasons: str
) -> None:
    assert len(FULL) == len(sales.SALES.fields)
    assert one_among_good(staging, line) == reasons


def test_a_number_of_an_escaped_key_keeps_its_digits(staging: Staging) -> None:
    line = json.dumps(good()).replace(
        '"total_amount": 1', '"total\\u005famount": 12345678901234.5678'
    )
    assert one_among_good(staging, line) == ""
    clean = {row["event_id"]: row for row in staging.table("staging.stg_sales_clean")}
    assert clean["e1"]["total_amount"] == Decimal("12345678901234.5678")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("9007199254740993.0", {9007199254740993, None}),
        ("9007199254740992.5", {None}),
        ("123456789012345678.0", {123456789012345678, None}),
    ],
)
def test_an_integer_never_becomes_another(
    staging: Staging, given: str, kept: set[int | None]
) -> None:
    staging.land(FILE, with_value("points", 1, given))
    staging.load_and_split(DAY, DAY)
    (row,) = staging.table("staging.stg_sales_clean")
    assert row["points"] in kept


def test_ids_that_differ_in_a_late_digit_are_two_events(staging: Staging) -> None:
    ids = ["0.1234567890123456789", "0.1234567890123456788"]
    staging.land(FILE, b"\n".join(with_value("event_id", 1, given) for given in ids))
    staging.load_and_split(DAY, DAY)
    assert len(staging.table("staging.stg_sales_clean")) == 2


OF_NO_FIELD = {
    "some": ('{"id": 1, "line_items": [], "a;b": null}', ", found: a,b, id, line_items"),
    "more than are named": (
        json.dumps({f"k{n:02}": n for n in range(30)}),
        ", found: " + ", ".join(f"k{n:02}" for n in range(20)),
    ),
    "none": ("{}", ""),
}


@pytest.mark.parametrize(
    ("staging_on_both", "keys"),
    some(
        *product([FOLDER_DUCKDB], OF_NO_FIELD),
        (S3_SNOWFLAKE, "more than are named"),
        of=product(ENGINES, OF_NO_FIELD),
    ),
    indirect=["staging_on_both"],
)
def test_an_object_without_any_known_field_is_rejected_with_the_keys_it_has(
    staging_on_both: Staging, keys: str
) -> None:
    line, told = OF_NO_FIELD[keys]
    reasons = one_among_good(staging_on_both, line)
    assert reasons.endswith(f"; No known field has a value{told}")

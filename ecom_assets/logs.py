"""Runs log one JSON object a line in place of text, where the setting asks for it.

Dagster's own processes have an option for that, `--log-format json`. Its runs have none: a job's
loggers count only where the config of a run names them, and what `python_logs` in dagster.yaml adds
comes beside the text. So what Dagster takes by default is replaced here, with the names of fields
that its processes use.
"""

import json
import logging
import os
from datetime import UTC, datetime

import dagster as dg
from dagster import _loggers
from dagster._core.events import EVENT_TYPE_TO_DISPLAY_STRING
from dagster._core.log_manager import get_log_record_metadata

STDERR = 2
"""A process's number for where it writes its errors."""


class JsonLines(logging.Formatter):
    """One object: `timestamp` (UTC), `level`, `logger`, `event` (the text, with its traceback), and
    of what run it is: `run_id`, `job`, `step` (null where it is of none), `dagster_event` (such as
    STEP_START; null for what a step says)."""

    def format(self, record: logging.LogRecord) -> str:
        told = get_log_record_metadata(record)
        text = super().format(record)
        event = told["dagster_event"]
        kind = event and EVENT_TYPE_TO_DISPLAY_STRING.get(event.event_type, event.event_type.value)
        line = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": text[text.index(told["orig_message"]) :],  # before it: the fields below
            "run_id": told["run_id"],
            "job": told["job_name"],
            "step": told["step_key"],
            "dagster_event": kind,
        }
        return json.dumps(line)


def log_in_json() -> None:
    """From now on the runs of this process do.

    They write where the process writes its errors now, past what Dagster keeps of a step's output:
    that goes into a file, and on by a `tail -F` that is ended with the step, so that a step's last
    lines, and the one that says why it failed, are missing now and then
    (https://github.com/dagster-io/dagster/issues/23336).
    """
    handler = logging.StreamHandler(os.fdopen(os.dup(STDERR), "w"))
    handler.setFormatter(JsonLines())

    def logs(context: dg.InitLoggerContext) -> logging.Logger:
        config = context.logger_config
        logger = logging.Logger(config["name"], config["log_level"].upper())
        logger.addHandler(handler)
        return logger

    schema = dg.colored_console_logger.config_schema
    _loggers.colored_console_logger = dg.LoggerDefinition(logs, config_schema=schema)

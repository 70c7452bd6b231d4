"""The job `decide`: a form in the Launchpad for what people decide about bad data.

What decisions do is in `pipeline/decisions.py`.
"""

from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import dagster as dg
from pydantic import Field

from ecom_assets.model.limits import Limits
from ecom_assets.pipeline.decide import (
    KINDS,
    DecisionError,
    Wanted,
    decide,
    wanted_days,
)
from ecom_assets.steps import RETRY_POLICY, fail_permanent_errors_at_once
from ecom_assets.text.foreign_text import harmless
from ecom_assets.warehouse.contract import Purpose, Warehouse

EFFECT_LENGTH = 1_000
"""Characters: of an ended decision it has the name and the reason."""

Decision = Enum("Decision", {kind: kind for kind in KINDS})  # type: ignore[misc]


class DecisionConfig(dg.Config):
    """What is decided, by whom, and why."""

    decision: Decision = Field(
        description="publish: publish held days as they are. hold: hold days that pass. take_out: "
        "the lines of a file are no sales. allow_rule: rows may break a rule. end: end a decision."
    )
    who: str = Field(description="Who decides: a name that colleagues know.")
    why: str = Field(description="Why, in a sentence: it stands in the report and in the checks.")
    first_day: str = Field(
        default="",
        description="publish, hold, allow_rule: the first event date, such as 2026-01-05.",
    )
    last_day: str = Field(
        default="", description="The last event date, which counts as well. Empty: the first alone."
    )
    file: str = Field(
        default="",
        description="take_out: the file, such as dt=2026-01-05/sales.jsonl. allow_rule: this file "
        "alone.",
    )
    rule: str = Field(default="", description="allow_rule: the rule's name, as its check has it.")
    source: str = Field(
        default="", description="allow_rule: only files that are read by this mapping."
    )
    up_to: float | None = Field(
        default=None,
        description="publish: the reject rate up to which the days are published, such as 0.4. "
        "null: what they have now.",
    )
    ends: str = Field(
        default="", description="end: the decision to end; its eight letters and digits."
    )


def build_decide_job(limits: Limits, time_zone: str) -> dg.JobDefinition:
    """The job `decide`."""

    @dg.op(retry_policy=RETRY_POLICY)
    def write_down(
        context: dg.OpExecutionContext,
        config: DecisionConfig,
        warehouse: dg.ResourceParam[Warehouse],
    ) -> None:
        try:
            wanted = Wanted(
                decision=config.decision.value,
                who=config.who,
                why=config.why,
                days=wanted_days(
                    config.first_day,
                    config.last_day,
                    limits.first_partition,
                    time_zone,
                    datetime.now(UTC),
                ),
                file=config.file,
                rule=config.rule,
                source=config.source,
                up_to=None if config.up_to is None else Decimal(str(config.up_to)),
                ends=config.ends,
            )
            purpose = Purpose("decide", context.run.run_id)
            with (
                fail_permanent_errors_at_once(),
                warehouse.session(purpose, context.log.info) as session,
            ):
                decided = decide(session, wanted, limits, run_id=context.run.run_id)
        except DecisionError as error:
            raise dg.Failure(f"Nothing was decided. {error}", allow_retries=False) from None
        context.log.info(f"Decision {decided.decision_id}: {decided.effect}. {decided.next_step}")
        context.add_output_metadata(
            {
                "decision": decided.decision_id,
                "effect": harmless(decided.effect, EFFECT_LENGTH),
                "next": decided.next_step,
            }
        )

    @dg.config_mapping
    def for_the_step(form: DecisionConfig) -> dict[str, Any]:
        filled_in = {**dict(form), "decision": form.decision.name}
        return {"ops": {write_down.name: {"config": filled_in}}}

    @dg.job(
        name="decide",
        config=for_the_step,
        description="Decide about bad data: publish a held day as it is, hold one that passes, "
        "take a file out, let a rule pass, or end such a decision. Fill in the form in the "
        "Launchpad. It is obeyed when the days are materialized again; see docs/runbook.md.",
    )
    def decide_job() -> None:
        write_down()

    return decide_job

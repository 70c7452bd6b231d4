"""The job `forget`: a form in the Launchpad that erases what leads to a customer.

What is erased is in `erasure.py`.
"""

from typing import Any

import dagster as dg
from pydantic import Field

from ecom_assets.erasure import ErasureError, forget
from ecom_assets.landing.zone import LandingZone
from ecom_assets.model.limits import Limits
from ecom_assets.steps import fail_permanent_errors_at_once
from ecom_assets.warehouse.contract import Warehouse


class ForgetConfig(dg.Config):
    """Who is forgotten."""

    customer: str = Field(description="The customer's id, as customer_id has it.")
    apply: bool = Field(
        default=False, description="false: say what would be erased. true: erase it, for good."
    )


def build_forget_job(limits: Limits) -> dg.JobDefinition:
    """The job `forget`."""

    @dg.op
    def erase_customer(
        context: dg.OpExecutionContext,
        config: ForgetConfig,
        warehouse: dg.ResourceParam[Warehouse],
        landing: dg.ResourceParam[LandingZone],
    ) -> None:
        try:
            with fail_permanent_errors_at_once():
                certificate = forget(
                    *(context.instance, warehouse, landing, config.customer, limits),
                    is_meant=config.apply,
                    run_id=context.run.run_id,
                    log=context.log.info,
                )
        except ErasureError as error:
            raise dg.Failure(f"Nothing was erased. {error}", allow_retries=False) from None
        lines = certificate.lines()
        context.log.info("\n".join(lines))
        context.add_output_metadata(
            {"certificate" if config.apply else "dry run": dg.MetadataValue.text("\n".join(lines))}
        )

    @dg.config_mapping
    def for_the_step(form: ForgetConfig) -> dict[str, Any]:
        return {"ops": {erase_customer.name: {"config": dict(form)}}}

    @dg.job(
        name="forget",
        config=for_the_step,
        description="Erase what leads to a customer, in RAW, STAGING, ANALYTICS and in what "
        "Dagster has stored. Fill in the form in the Launchpad; unless apply is true it only says "
        "what would be erased. See docs/operations.md.",
    )
    def forget_job() -> None:
        erase_customer()

    return forget_job

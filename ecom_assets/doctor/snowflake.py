"""What Snowflake alone has: a role, a compute warehouse, and a stage that leads to the bucket."""

from ecom_assets.doctor.findings import Findings, fix, guarded, ok
from ecom_assets.settings import Settings, SnowflakeSettings
from ecom_assets.warehouse.snowflake import SnowflakeSession

SET_UP = "An administrator runs `make snowflake-setup APPLY=1`."
IN_AWS = (
    "See that the AWS role has the trust policy and the permissions that `make snowflake-setup` "
    "prints."
)


def check_account(session: SnowflakeSession, settings: SnowflakeSettings) -> Findings[bool]:
    """What Snowflake lets in, even where the names in the settings are wrong.

    Returns: whether statements can be run.
    """
    (now,) = session.ask(
        "select current_role() as role, current_warehouse() as warehouse, "
        "current_database() as database"
    )
    usable = True
    for name in ("role", "warehouse", "database"):
        wanted = getattr(settings, name)
        if str(now[name] or "").upper() != wanted.upper():
            usable = False
            yield fix(
                f"There is no {name} {wanted}, or {settings.role} may not use it: check "
                f"SNOWFLAKE_{name.upper()}, or have the set-up run (make snowflake-setup)."
            )
    if usable:
        yield ok(
            f"Role {settings.role}, warehouse {settings.warehouse}, database {settings.database} "
            "are there."
        )
    return usable


def check_stage(session: SnowflakeSession, settings: Settings) -> Findings[bool]:
    """Whether the stage is where the landing zone is, and Snowflake may look into it."""
    if not (yield from guarded(_leads_to(session, str(settings.landing)), SET_UP)):
        return False
    return bool((yield from guarded(_can_be_listed(session, settings), IN_AWS)))


def _leads_to(session: SnowflakeSession, landing: str) -> Findings[bool]:
    # which shows what the role may use; what DESC STAGE asks for is not documented
    shown = session.ask("show stages like 'SALES_LANDING' in schema raw")
    if not shown:
        yield fix(f"There is no stage raw.sales_landing, or the role may not use it. {SET_UP}")
        return False
    url = shown[0]["url"]
    # the scheme is another one in China and in government regions
    if url.partition("://")[2].rstrip("/") != landing.partition("://")[2]:
        why = f"The stage raw.sales_landing points to {url}, but ECOM_LANDING holds {landing}."
        yield fix(f"{why} {SET_UP}")
        return False
    yield ok(f"The stage raw.sales_landing points to {url}.")
    return True


def _can_be_listed(session: SnowflakeSession, settings: Settings) -> Findings[bool]:
    session.ask(f"list '@raw.sales_landing/dt={settings.start_date:%Y-%m-%d}/'")
    yield ok("Snowflake can list the bucket.")
    return True

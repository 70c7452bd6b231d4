"""`make forget`: erase what leads to a customer, or say what would be erased.

    python -m ecom_assets.commands.forget CUSTOMER [--apply]

What it prints with `--apply` is the certificate: what was erased where, and what it cannot reach.
"""

import argparse
import sys
from collections.abc import Sequence
from functools import partial

from ecom_assets.settings import read_settings_or_exit
from ecom_assets.warehouse.contract import WarehouseError


def main(arguments: Sequence[str] | None = None) -> None:
    """Say what would be erased, and with `--apply` erase it; exits with one sentence where that
    fails."""
    parser = argparse.ArgumentParser(
        prog="python -m ecom_assets.commands.forget", description=__doc__
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("customer", help="the customer's id, as customer_id has it")
    parser.add_argument("--apply", action="store_true")
    given = parser.parse_args(arguments)
    settings = read_settings_or_exit()
    import dagster as dg

    from ecom_assets.definitions import landing_of, warehouse_of
    from ecom_assets.erasure import ErasureError, forget

    log = partial(print, file=sys.stderr)
    try:
        with dg.DagsterInstance.get() as instance:
            certificate = forget(
                *(instance, warehouse_of(settings), landing_of(settings)),
                *(given.customer, settings.limits),
                is_meant=given.apply,
                run_id=None,
                log=log,
            )
    except (ErasureError, WarehouseError) as error:
        sys.exit(f"ecom_assets: {error}")
    print("\n".join(certificate.lines()))
    if not given.apply:
        print("Nothing was erased: APPLY=1 erases it.")


if __name__ == "__main__":
    main()

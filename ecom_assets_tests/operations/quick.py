"""The project's definitions as they are shipped, but for sensors that look again after ten seconds:
for tests of the running daemon, which wait for them."""

from unittest import mock

from ecom_assets.alerts import sensor
from ecom_assets.definitions import build_definitions
from ecom_assets.settings import read_settings
from ecom_assets.triggers import arrivals

with (
    mock.patch.object(sensor, "SECONDS_BETWEEN_TICKS", 10),
    mock.patch.object(arrivals, "INTERVAL_SECONDS", 10),
):
    defs = build_definitions(read_settings())

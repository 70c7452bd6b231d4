"""The warehouse in Snowflake."""

from ecom_assets.settings import SnowflakeSettings


class SnowflakeWarehouse:
    """A warehouse in a Snowflake database."""

    def __init__(self, settings: SnowflakeSettings) -> None:
        self._settings = settings

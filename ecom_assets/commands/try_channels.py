"""`make alert-test`: sends a sample alert to each channel, and prints what came of it.

The message is made by the same code as real ones, from an invented check that fails.
"""

import sys
from dataclasses import replace
from datetime import date

from ecom_assets.alerts.channels import Channel, channels_of, deliver
from ecom_assets.alerts.messages import Message, check_message
from ecom_assets.alerts.outcomes import ChannelState, Evaluation, Outcome, news
from ecom_assets.settings import Settings, read_settings_or_exit

_LIMITS = "warns above 10%, holds the day above 30%"
_ERROR = f"350 of 1,000 sales rejected (35.0%); {_LIMITS}"
_WARNING = f"150 of 1,000 sales rejected (15.0%); {_LIMITS}"
_SAMPLE = ["file dt=2026-01-05/sample.jsonl · line 7 · reason Invalid quantity · value two"]
_CHECK = "stg_sales_rejects:reject_rate"
_FAILED = (
    Evaluation(1, _CHECK, date(2026, 1, 5), Outcome.ERROR, _ERROR, _SAMPLE),
    Evaluation(2, _CHECK, date(2026, 1, 6), Outcome.WARNING, _WARNING),
)


def main() -> None:
    """Send the samples; exits with 1 when a channel did not take its own."""
    sys.exit(try_channels(read_settings_or_exit()))


def try_channels(settings: Settings) -> int:
    """Send a sample to each channel and print what came of it; the exit code."""
    channels = channels_of(settings.alert_urls, settings.alert_warn_urls)
    if not channels:
        print(
            "No alert channel is set: put Apprise URLs, separated by blanks, into ECOM_ALERT_URLS."
        )
        return 1
    deliveries = deliver({channel: [_sample(channel, settings.ui_url)] for channel in channels})
    for channel, delivery in deliveries.items():
        print(f"{channel.name}: {delivery.problem or 'took the message'}")
    return int(any(delivery.problem for delivery in deliveries.values()))


def _sample(channel: Channel, ui_url: str) -> Message:
    (found,) = news(ChannelState(position=0), _FAILED, channel.takes)
    message = check_message(found, ui_url)
    text = f"This is a test of the alerts: nothing has failed.\n{message.text}"
    return replace(message, title=f"TEST {message.title}", text=text)


if __name__ == "__main__":
    main()

"""The channels that the settings name: what `keyback serve` delivers by, and what `keyback channels test` tries."""

from collections.abc import Callable, Mapping

from keyback.core.messages import Text
from keyback.core.ports import Channel
from keyback.settings import Settings
from keyback.wiring import configuration


def ways_out(settings: Settings, told: Callable[[Text], None] = lambda _: None) -> Mapping[str, Channel]:
    """Channels by the name of their table in `keyback.toml`; what is not set up is not there."""
    found: dict[str, Channel] = {}
    if (mail := configuration.smtp(settings)) is not None:
        from keyback.channels.smtp import Smtp

        found["smtp"] = Smtp(mail, told)
    if (gateway := configuration.sms(settings)) is not None:
        from keyback.channels.sms_http import SmsHttp
        from keyback.channels.sms_twilio import Twilio, TwilioSettings

        found["sms"] = Twilio(gateway) if isinstance(gateway, TwilioSettings) else SmsHttp(gateway)
    return found

"""Days of the organisation's zone as times, and times as they stand in logs: to the second, with the zone's name, so that an
hour that comes twice is two."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from keyback.core.errors import Invalid
from keyback.core.messages import say
from keyback.core.types import SECOND, Instant

MESSAGES = {"logs.no_date": "{date} is no date. Dates are written year-month-day, such as 2026-11-24."}
_YEARS: Final = range(1970, 9_000)
_LONGEST: Final = 40


def begins(typed: str, zone: str) -> Instant:
    """When that day begins. Raises `Invalid`."""
    return _midnight(_day(typed), zone)


def ends(typed: str, zone: str) -> Instant:
    """When the day after it begins. Raises `Invalid`."""
    return _midnight(_day(typed) + timedelta(days=1), zone)


def stamp(at: Instant, zone: str) -> str:
    """`2026-11-24 14:32:07 CET`."""
    return _local(at, zone).strftime("%Y-%m-%d %H:%M:%S %Z")


def iso(at: Instant, zone: str) -> str:
    """For programs: with thousandths and the distance from UTC."""
    return (_local(at, zone) + timedelta(milliseconds=at % SECOND)).isoformat(timespec="milliseconds")


def _local(at: Instant, zone: str) -> datetime:
    return datetime.fromtimestamp(at // SECOND, UTC).astimezone(ZoneInfo(zone))


def _day(typed: str) -> date:
    try:
        found = date.fromisoformat(typed)
    except ValueError as error:
        raise Invalid(say("logs.no_date", date=typed[:_LONGEST])) from error
    if found.year not in _YEARS:
        raise Invalid(say("logs.no_date", date=typed[:_LONGEST]))
    return found


def _midnight(day: date, zone: str) -> Instant:
    """Where clocks jump over midnight, the moment of the jump."""
    return int(datetime.combine(day, time.min, ZoneInfo(zone)).timestamp()) * SECOND

"""Instants as people write them."""

from datetime import MAXYEAR, MINYEAR, datetime, tzinfo

from django.utils.translation import gettext as _

from .refusal import Refusal


class UnclearInstant(Refusal):
    """The words name no instant, none without a zone, or one that not every zone can write."""


def parse_instant(value: str, *, zone: tzinfo | None = None) -> datetime:
    """Read an instant in ISO 8601 with its zone, such as `2026-12-01T00:00+01:00` or one ending in Z.

    One without a zone is meant in `zone`, where that is given. Raises `UnclearInstant` with a sentence
    that says what to write.
    """
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError as error:
        raise UnclearInstant(
            _("“%(value)s” is not a date and time. Write it like 2026-12-01T00:00+01:00.") % {"value": value}
        ) from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    if moment.tzinfo is None:
        raise UnclearInstant(
            _("“%(value)s” has no time zone. Add one, as in 2026-12-01T00:00+01:00.") % {"value": value}
        )
    return refuse_far(moment)


def refuse_far(moment: datetime) -> datetime:
    """Give `moment` back, or raise `UnclearInstant` where another zone could not write its year."""
    if not MINYEAR < moment.year < MAXYEAR:
        raise UnclearInstant(
            _("The year %(year)d is out of reach. Choose a nearer moment.") % {"year": moment.year}
        )
    return moment

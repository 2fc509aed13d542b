"""Languages, countries and time zones: which values a person may have."""

import re
from functools import cache
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

COUNTRY = re.compile(r"[A-Z]{2}")


def shipped_languages() -> list[str]:
    """Give the codes of the languages that the site speaks, the default one first."""
    return [code for code, _name in settings.LANGUAGES]


def validate_language(value: str) -> None:
    """Raise `ValidationError` unless the site speaks the language `value` (BCP 47)."""
    if value not in shipped_languages():
        raise ValidationError(
            _("“%(value)s” is not a language of this site. Choose one of: %(languages)s."),
            code="unknown_language",
            params={"value": value, "languages": ", ".join(shipped_languages())},
        )


def validate_country(value: str) -> None:
    """Raise `ValidationError` unless `value` has the form of an ISO 3166-1 alpha-2 code."""
    if not COUNTRY.fullmatch(value):
        raise ValidationError(
            _("“%(value)s” is not a country code. Give two capital letters, such as DE."),
            code="unknown_country",
            params={"value": value},
        )


def validate_time_zone(value: str) -> None:
    """Raise `ValidationError` unless `value` is a name in the IANA time zone database."""
    if value not in time_zones():
        raise ValidationError(
            _("“%(value)s” is not a time zone. Give a name such as Europe/Berlin."),
            code="unknown_time_zone",
            params={"value": value},
        )


@cache
def time_zones() -> frozenset[str]:
    """Give the names in the IANA time zone database, which are looked for in six hundred files, once."""
    return frozenset(available_timezones())


VALIDATORS = {
    "language": validate_language,
    "country": validate_country,
    "time_zone": validate_time_zone,
    "default_language": validate_language,
    "jurisdiction": validate_country,
}


def refuse_unknown(**places: str) -> None:
    """Raise one `ValidationError` that names every field of `places` with an unknown value.

    The fields are `language`, `default_language`, `country` (may be empty), `jurisdiction` (a
    country, or EU, which has the form of one) and `time_zone`.
    """
    errors = {}
    for name, value in places.items():
        if name == "country" and not value:
            continue
        try:
            VALIDATORS[name](value)
        except ValidationError as error:
            errors[name] = error
    if errors:
        raise ValidationError(errors)


# The member states of the European Economic Area, where the law of the Union on personal data holds.
# fmt: off
EEA = frozenset((
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
    "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
))
# fmt: on

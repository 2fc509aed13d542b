"""Languages, countries and time zones: which values a person may have."""

import re
from functools import cache
from unicodedata import combining, normalize
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import get_timezone_location
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

COUNTRY = re.compile(r"[A-Z]{2}")
# What CLDR names by two letters and is no country of its own: islands, unions, and codes for tests.
NO_COUNTRY = frozenset(("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"))


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


@cache
def country_names(language: str) -> dict[str, str]:
    """Give the names of all countries in `language` (BCP 47) by their ISO 3166-1 codes, in their order."""
    names = names_in(language).territories
    found = {code: name for code, name in names.items() if COUNTRY.fullmatch(code) and code not in NO_COUNTRY}
    return dict(sorted(found.items(), key=lambda country: without_accents(country[1])))


@cache
def zones_by_country(language: str) -> dict[str, list[tuple[str, str]]]:
    """Give the time zones of each country by its code: their names, and their cities in `language`."""
    found: dict[str, list[tuple[str, str]]] = {}
    for zone, country in get_global("zone_territories").items():
        if zone in time_zones():
            city = get_timezone_location(zone, locale=names_in(language), return_city=True)
            found.setdefault(str(country), []).append((zone, city))
    return {
        country: sorted(zones, key=lambda zone: without_accents(zone[1])) for country, zones in found.items()
    }


def names_in(language: str) -> Locale:
    """Give what CLDR knows in `language`, in English where it does not know the language."""
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def without_accents(name: str) -> str:
    """Give a name as it is sorted: Österreich stands beside Oman."""
    return "".join(sign for sign in normalize("NFD", name) if not combining(sign)).casefold()


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

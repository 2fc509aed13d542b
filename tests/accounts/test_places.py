"""Places: languages that the site speaks, country codes, and zones of the IANA database."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from accounts.places import (
    EEA,
    refuse_unknown,
    shipped_languages,
    validate_country,
    validate_language,
    validate_time_zone,
)

pytestmark = pytest.mark.pure


def test_the_site_speaks_the_languages_of_its_settings_the_default_first(settings: Settings) -> None:
    assert shipped_languages() == ["en", "de", "fr"]

    settings.LANGUAGES = [("fr", "French")]
    assert shipped_languages() == ["fr"]


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_a_language_that_the_site_speaks_is_known(language: str) -> None:
    validate_language(language)


@pytest.mark.parametrize("language", ["", "tlh", "EN", "en-GB", "english", " en"])
def test_any_other_language_is_refused_with_those_that_there_are(language: str) -> None:
    with pytest.raises(ValidationError, match="Choose one of: en, de, fr") as refused:
        validate_language(language)

    assert refused.value.code == "unknown_language"


@pytest.mark.parametrize("country", ["DE", "US", "XK"])
def test_two_capital_letters_are_a_country(country: str) -> None:
    validate_country(country)


@given(st.text(max_size=4).filter(lambda text: not (len(text) == 2 and text.isascii() and text.isupper())))
def test_anything_else_is_no_country(text: str) -> None:
    with pytest.raises(ValidationError, match="is not a country code"):
        validate_country(text)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Argentina/Buenos_Aires", "UTC"])
def test_a_name_of_the_zone_database_is_a_time_zone(zone: str) -> None:
    validate_time_zone(zone)


@pytest.mark.parametrize("zone", ["", "Mars", "CET-1", "+01:00", "europe/berlin", "../etc/passwd"])
def test_anything_else_is_no_time_zone(zone: str) -> None:
    with pytest.raises(ValidationError, match="is not a time zone"):
        validate_time_zone(zone)


def test_places_that_are_known_pass_together_and_a_country_may_be_empty() -> None:
    refuse_unknown(language="de", country="", time_zone="Europe/Vienna")


def test_every_unknown_place_is_named() -> None:
    with pytest.raises(ValidationError) as refused:
        refuse_unknown(language="tlh", country="Germany", time_zone="Mars")

    assert sorted(refused.value.message_dict) == ["country", "language", "time_zone"]


def test_the_states_of_the_economic_area_are_countries() -> None:
    for country in EEA:
        validate_country(country)

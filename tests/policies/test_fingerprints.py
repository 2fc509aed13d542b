"""Digests and fingerprints: the names by which a text is approved, shown and proved."""

import hashlib
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.canonical import TextDigests, fingerprint
from policies.fingerprints import next_number, version_fingerprint
from policies.models import PolicyText, PolicyVersion
from policies.rendering import digest, normalise
from tests.conftest import NOW

pytestmark = pytest.mark.once

PRINTABLE = st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from("\n\r\t"))
ENGLISH: TextDigests = {"title": "1", "summary": "2", "reason": "3", "body": "4"}
GERMAN: TextDigests = {"title": "5", "summary": "6", "reason": "7", "body": "8"}


def named(**changed: Any) -> str:
    """Give the fingerprint of a version that differs from a plain one in the named facts."""
    known: dict[str, Any] = {
        "slug": "privacy",
        "number": 2,
        "change_class": "MATERIAL",
        "reason": "A new supplier.",
        "exception_reason": "",
        "effective_at": NOW,
        "texts": {"en": ENGLISH},
    }
    return fingerprint(**(known | changed))


def test_the_digest_of_a_text_is_the_sha256_of_its_utf8() -> None:
    assert digest("Größe\n") == hashlib.sha256("Größe\n".encode()).hexdigest()


@given(PRINTABLE.map("a{}".format))
def test_a_normalised_text_is_composed_with_line_feeds_and_stays_as_it_is(text: str) -> None:
    normal = normalise(text)

    assert "\r" not in normal
    assert unicodedata.is_normalized("NFC", normal)
    assert normalise(normal) == normal


@given(PRINTABLE.map("a{}".format))
def test_how_a_file_ends_its_lines_and_composes_its_letters_does_not_change_the_digest(text: str) -> None:
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    handed_over = unicodedata.normalize("NFD", plain).replace("\n", "\r\n")

    assert digest(normalise(handed_over)) == digest(normalise(plain))


def test_a_fingerprint_is_the_sha256_of_canonical_json() -> None:
    # Written out by hand, so that a change of the form cannot pass unseen: RFC 8785, keys in order.
    written = (
        '{"change_class":"MATERIAL","effective_at":"2026-03-02T09:00:00.000000+00:00","exception_reason":"",'
        '"number":2,"policy":"privacy","reason":"A new supplier.",'
        '"texts":{"en":{"body":"4","reason":"3","summary":"2","title":"1"}}}'
    )

    assert named() == hashlib.sha256(written.encode()).hexdigest()


@pytest.mark.parametrize(
    "changed",
    [
        {"slug": "terms"},
        {"number": 3},
        {"change_class": "NEUTRAL"},
        {"reason": "Another supplier."},
        {"exception_reason": "An order of the court."},
        {"effective_at": NOW + timedelta(microseconds=1)},
        {"effective_at": None},
        {"texts": {"en": ENGLISH, "de": GERMAN}},
        {"texts": {"de": ENGLISH}},
        *({"texts": {"en": ENGLISH | {part: "changed"}}} for part in ENGLISH),
    ],
)
def test_a_fingerprint_covers_every_fact_that_is_approved(changed: dict[str, Any]) -> None:
    assert named(**changed) != named()


def test_a_fingerprint_depends_neither_on_the_order_of_languages_nor_on_the_zone() -> None:
    in_berlin = NOW.astimezone(timezone(timedelta(hours=1)))

    assert named(effective_at=in_berlin) == named()
    assert named(texts={"en": ENGLISH, "de": GERMAN}) == named(texts={"de": GERMAN, "en": ENGLISH})


@given(st.datetimes(datetime(1000, 1, 1), datetime(9000, 1, 1)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001 - Hypothesis takes bounds without a zone
def test_one_instant_has_one_fingerprint_wherever_it_is_written(moment: datetime, minutes: int) -> None:
    here = moment.replace(tzinfo=UTC)
    there = here.astimezone(timezone(timedelta(minutes=minutes)))

    assert named(effective_at=there) == named(effective_at=here)


def test_a_draft_is_named_under_the_number_that_it_would_get(
    make_version: Callable[..., PolicyVersion], make_draft: Callable[..., PolicyVersion]
) -> None:
    published, draft = make_version(), make_draft()
    text = PolicyText.objects.get(version=draft)

    assert next_number(published.policy_id) == 2
    assert version_fingerprint(draft) == fingerprint(
        slug="privacy",
        number=2,
        change_class=draft.change_class,
        reason=draft.reason,
        exception_reason="",
        effective_at=draft.effective_at,
        texts={
            "en": {
                "title": digest(text.title),
                "summary": digest(text.summary),
                "reason": digest(text.reason),
                "body": digest(text.body),
            }
        },
    )


def test_a_published_version_keeps_its_fingerprint_when_it_is_computed_again(
    make_version: Callable[..., PolicyVersion],
) -> None:
    published = make_version(bodies={"en": "One.", "de": "Eins."})
    make_version(bodies={"en": "Two.", "de": "Zwei."})

    stored = PolicyVersion.objects.get(pk=published.pk)

    assert version_fingerprint(stored) == stored.fingerprint

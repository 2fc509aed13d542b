"""What is kept of an entry is what RFC 8785 asks for."""

import hmac

import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acceptance.bodies import canonical, commitment, late_in

pytestmark = pytest.mark.pure

names = st.text(st.characters(max_codepoint=127), max_size=8)
words = st.text(st.characters(exclude_categories=["Cs"]))
# Making the alphabet takes long once, which is not what is judged here.
law = settings(suppress_health_check=[HealthCheck.too_slow])
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


@law
@given(body=st.dictionaries(names, values, max_size=5))
def test_a_body_is_written_as_the_library_for_rfc_8785_writes_it(body: dict[str, object]) -> None:
    assert canonical(body) == rfc8785.dumps(body)  # type: ignore[arg-type]  # it takes what JSON holds


@law
@given(
    salt=st.binary(min_size=32, max_size=32),
    purpose=names,
    said=st.lists(words, max_size=3),
)
def test_a_commitment_is_the_hmac_of_a_body_with_its_purpose(
    salt: bytes, purpose: str, said: list[str]
) -> None:
    made = hmac.new(salt, rfc8785.dumps({purpose: list(said)}), "sha256").hexdigest()

    assert commitment(salt, purpose, *said) == made


def test_what_cannot_be_utf_8_is_no_body() -> None:
    with pytest.raises(UnicodeEncodeError):
        canonical({"note": "\ud800"})


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"entered_late"', b'{"entered_late":1}', b'{"at":"x"}'])
def test_an_entry_that_does_not_say_so_did_not_come_late(body: bytes) -> None:
    assert late_in(body) is None


def test_an_entry_that_came_late_says_when() -> None:
    assert late_in(canonical({"entered_late": "2026-03-02T09:00:00.000000+00:00"})) is not None

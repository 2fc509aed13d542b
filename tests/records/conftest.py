"""What the tests of records share: the first policy, published and answered, and the key that signs."""

from collections.abc import Callable

import pytest

from accounts.models import User
from policies.models import PolicyVersion
from tests.acceptance.conftest import EFFECT
from tests.acceptance.records import answer


@pytest.fixture
def first(make_version: Callable[..., PolicyVersion]) -> PolicyVersion:
    """Give version 1 of the privacy policy: a material change, in English and German."""
    return make_version(
        bodies={
            "en": "We keep orders for six years.\n",
            "de": "Wir behalten Bestellungen sechs Jahre lang.\n",
        },
        effective_at=EFFECT,
    )


@pytest.fixture
def answered(alice: User, bob: User, first: PolicyVersion) -> User:
    """Give a person who has acknowledged the first version, beside another who has declined it."""
    answer(alice, at=EFFECT, note="Seen on the train.")
    answer(bob, at=EFFECT, accepts=False, note="Bob's own words.")
    return alice

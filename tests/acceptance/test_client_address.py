"""The address kept beside an act is the one that the site, or its own proxy, saw."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from acceptance.models import ActContext
from accounts.models import User
from policies.models import PolicyVersion
from tests.acceptance.conftest import EFFECT
from tests.acceptance.pages import accepting

pytestmark = pytest.mark.look

REVIEW = "/me/review/privacy/"


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "kept"),
    [
        (0, "192.0.2.7", "", "192.0.2.7"),
        (0, "192.0.2.7", "198.51.100.1", "192.0.2.7"),
        (0, "2001:db8::7", "", "2001:db8::7"),
        # A server that listens on a socket file sees no address.
        (0, "", "198.51.100.1", None),
        (1, "127.0.0.1", "198.51.100.1", "198.51.100.1"),
        (1, "127.0.0.1", "10.9.9.9, 198.51.100.1", "198.51.100.1"),
        (1, "", "2001:db8::1", "2001:db8::1"),
        (1, "192.0.2.7", "", "192.0.2.7"),
        (1, "192.0.2.7", "unknown", None),
        (1, "192.0.2.7", "198.51.100.1' OR 1=1", None),
        (2, "127.0.0.1", "198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (2, "127.0.0.1", "10.9.9.9, 10.9.9.8, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        # It did not come through both proxies, so that nothing is known but who sent it.
        (2, "192.0.2.7", "198.51.100.1", "192.0.2.7"),
        (2, "192.0.2.7", "unknown, 10.0.0.1", None),
        (3, "127.0.0.1", "10.9.9.9,198.51.100.1,10.0.0.2,10.0.0.1", "198.51.100.1"),
    ],
)
def test_what_the_sender_may_have_made_up_is_not_kept(
    alice: User,
    first: PolicyVersion,
    browse: Callable[..., Client],
    settings: Any,
    *,
    proxies: int,
    peer: str,
    forwarded: str,
    kept: str | None,
) -> None:
    settings.BEHIND_PROXY = proxies
    client = browse(alice, at=EFFECT)
    headers = {"x-forwarded-for": forwarded} if forwarded else {}

    response = client.post(REVIEW, accepting(client.get(REVIEW).content), headers=headers, REMOTE_ADDR=peer)

    assert response.status_code == 302
    assert ActContext.objects.get().ip == kept

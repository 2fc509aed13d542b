"""Changes to what entries tell of and not to the entries: to versions, to screens, and to who did what."""

from random import Random
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from acceptance.models import Act, LegacyAcceptance, Presentation
from accounts.models import User
from policies.models import PolicyText, PolicyVersion


def publication_changed(_ledger: object, drawn: Random) -> None:
    """Change a published version, a text of it, or their digests."""
    version = drawn.choice([{"fingerprint": drawn.randbytes(32).hex()}, {"change_class": "EDITORIAL"}, {}])
    text = drawn.choice(
        [
            {"sha256": drawn.randbytes(32).hex()},
            {"body": "Another."},
            {"html": "<p>Another.</p>"},
            {"title": "Another"},
        ]
    )
    if version:
        PolicyVersion.objects.update(**version)
    else:
        PolicyText.objects.update(**text)


def words_changed(_ledger: object, _drawn: Random) -> None:
    """Change what was on the screen."""
    Presentation.objects.update(wording={"statement": "I agree to everything."})


def who_entered_wiped(_ledger: object, drawn: Random) -> None:
    """Wipe who entered an answer at the desk."""
    act = drawn.choice(list(Act.objects.filter(channel="DESK")))
    Act.objects.filter(pk=act.pk).update(acted_by=None)


def who_acted_wiped(_ledger: object, drawn: Random) -> None:
    """Wipe who acted on the site, where the person stays."""
    acts = Act.objects.filter(channel="WEB").order_by("at")
    Act.objects.filter(pk=acts[drawn.randrange(acts.count())].pk).update(acted_by=None)


def taken_over_changed(_ledger: object, drawn: Random) -> None:
    """Change an acceptance that was taken over, or take its salt with it, so that nothing opens its entry."""
    changes: list[dict[str, Any]] = [
        {"source": "Forged"},
        {"user": User.objects.latest("pk")},
        {"version": PolicyVersion.objects.get()},
        {"at": timezone.now().replace(year=2020)},
        {"salt": drawn.randbytes(32)},
    ]
    unsalted = drawn.choice([{}, {"salt": b""}])
    any_taken_over(drawn).update(**(drawn.choice(changes) | unsalted))


def taken_over_cut_loose(_ledger: object, drawn: Random) -> None:
    """Take one from its person, with or without its salt, and enter no erasure."""
    any_taken_over(drawn).update(user=None, **drawn.choice([{}, {"salt": b""}]))


def taken_over_removed(_ledger: object, drawn: Random) -> None:
    """Remove one, and leave its entry."""
    any_taken_over(drawn).delete()


def any_taken_over(drawn: Random) -> QuerySet[LegacyAcceptance]:
    """Give any acceptance that was taken over."""
    keys = list(LegacyAcceptance.objects.order_by("at").values_list("pk", flat=True))
    return LegacyAcceptance.objects.filter(pk=drawn.choice(keys))


TOLD = (
    publication_changed,
    words_changed,
    who_entered_wiped,
    who_acted_wiped,
    taken_over_changed,
    taken_over_cut_loose,
    taken_over_removed,
)

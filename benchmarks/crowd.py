"""People, and versions for them to be told of, made as on any site."""

from datetime import datetime, timedelta

from django.contrib.auth.models import Group

from accounts.models import User
from notifications.models import Campaign
from policies import services
from policies.models import ChangeClass, Policy, PolicyKind, PolicyVersion

WORDS = "We keep what you order for as long as the law asks us to and then we erase it for good."


def gather(count: int, *, name: str = "person", now: datetime) -> None:
    """Make so many customers who read English."""
    User.objects.bulk_create(
        User(
            email=f"{name}-{number:06d}@crowd.example",
            password="!",  # noqa: S106 - nobody signs in
            country="US",
            date_joined=now - timedelta(days=400),
        )
        for number in range(count)
    )


def publish(slug: str, *, now: datetime) -> PolicyVersion:
    """Publish the first version of a new policy, which everyone is told of."""
    draft = approved(slug, now=now)
    return services.publish_version(version_id=draft.pk, published_by=desk("approver", now), now=now)


def approved(slug: str, *, now: datetime) -> PolicyVersion:
    """Make the first version of a new policy, as far as approval."""
    policy: Policy = services.create_policy(
        slug=slug, kind=PolicyKind.PRIVACY_NOTICE, name="Privacy policy", default_language="en"
    )
    return approved_next(policy, now=now)


def approved_next(policy: Policy, *, now: datetime) -> PolicyVersion:
    """Make the next version of a policy, as far as approval."""
    author, approver = desk("author", now), desk("approver", now)
    draft = services.start_draft(policy_id=policy.pk, author=author, now=now)
    body = "\n\n".join(f"## Part {number}\n\n{' '.join([WORDS] * 8)}" for number in range(10))
    services.save_text(
        version_id=draft.pk, language="en", title="Privacy policy", summary="We keep orders.", body=body
    )
    services.edit_version(
        version_id=draft.pk,
        change_class=ChangeClass.MATERIAL,
        reason="A new supplier.",
        effective_at=now + timedelta(days=31),
        exception_reason="",
        now=now,
    )
    draft.refresh_from_db()
    services.approve_version(version_id=draft.pk, approver=approver, fingerprint=draft.fingerprint, now=now)
    return draft


def desk(name: str, now: datetime) -> User:
    """Give one of those at the desk, who joined too late to be told of anything."""
    late = {"date_joined": now + timedelta(days=4000), "password": "!"}
    person, _is_new = User.objects.get_or_create(email=f"{name}@desk.example", defaults=late)
    person.groups.set(Group.objects.order_by("pk"))
    return person


def campaign_of(version: PolicyVersion) -> Campaign:
    """Give the campaign that tells of a version."""
    return Campaign.objects.get(version=version)

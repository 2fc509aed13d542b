"""What the desk's commands have in common: which draft is meant, and who is acting."""

from accounts.models import User
from policies.models import Policy, PolicyVersion
from policies.refusal import Refusal


class NotFound(Refusal):
    """The arguments name nothing that is there, or more than one thing."""


def refuse_unknown_policy(slug: str) -> None:
    """Raise `NotFound` unless there is a policy at the address `slug`."""
    if not Policy.objects.filter(slug=slug).exists():
        known = ", ".join(Policy.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
        raise NotFound(f"There is no policy “{slug}”. There are: {known}.")


def chosen_draft(slug: str, draft_id: int | None) -> PolicyVersion:
    """Give the draft that is meant: the one named, or the policy's only one. Raises `NotFound`."""
    refuse_unknown_policy(slug)
    drafts = PolicyVersion.objects.filter(policy__slug=slug, published_at=None).order_by("pk")
    found = list(drafts.filter(pk=draft_id) if draft_id else drafts)
    if not found:
        raise NotFound(f"“{slug}” has no such draft. Import one with import_policy or write it at the desk.")
    if len(found) > 1:
        keys = ", ".join(str(draft.pk) for draft in found)
        raise NotFound(f"“{slug}” has several drafts ({keys}). Choose one with --draft.")
    return found[0]


def desk_person(email: str) -> User:
    """Give the person at an address. Raises `NotFound`."""
    try:
        return User.objects.get_by_natural_key(email)
    except User.DoesNotExist as error:
        raise NotFound(f"Nobody has the address {email}.") from error

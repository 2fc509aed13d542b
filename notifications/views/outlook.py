"""Before a version is published: who will be told, when, and what the mail will say."""

from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from policies.comparisons import changes_of
from policies.models import PolicyVersion
from policies.selectors import (
    Demand,
    Publication,
    Register,
    load_register,
    load_rule_book,
    obstacles,
    register_if_published,
)
from policies.views.guard import desk_page, person

from ..emails import sample, what_is_asked
from ..selectors import Group, forecast_by, outlook, told_by, unreachable

# What a mail may do as a page: look as it does.
MAIL_POLICY = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "frame-ancestors": [NONE],
    "sandbox": True,
}
# No more digits name a letter.
PLACES = 4


@dataclass(frozen=True)
class Choice:
    """A letter that can be looked at: for the people of one language of whom the same is asked."""

    language: str
    asked: str
    demand: Demand
    people: int


@require_safe
@desk_page("policies.view_policy")
def before_publication(request: HttpRequest, version_id: int) -> HttpResponse:
    """Show what publishing a draft will do. A query string `letter` chooses the letter that is shown."""
    found = draft_or_404(version_id)
    now = timezone.now()
    context: dict[str, object] = {
        "version": found,
        "obstacles": obstacles(found, now=now),
        "changes": changes_of(found, found.texts.order_by("language"), load_register(), now),
        "now": now,
    }
    if can_be_told(found):
        register = register_if_published(found, now=now)
        entry = register.by_id[found.pk]
        groups = outlook(entry, load_rule_book())
        told = sum(group.people for group in groups if group.demand.is_told)
        letters = choices(groups)
        demands = [group.demand for group in groups]
        moment = told_by(told, now=now, demands=demands)
        context |= {
            "entry": entry,
            "groups": [(group, what_is_asked(group.demand)) for group in groups],
            "told": told,
            "unreached": unreachable(entry, load_rule_book(), now=now),
            "untold": sum(group.people for group in groups) - told,
            "told_by": moment,
            "forecast": forecast_by(moment, entry, demands),
            "letters": letters,
        }
        if letters:
            at = chosen(request, letters)
            letter = read(letter_of(request, register, entry, letters[at]))
            context |= {"at": at, "letter": letter, "words": content_of(letter, "plain")}
    return render(request, "desk/before_publication.html", context)


@require_safe
@csp(MAIL_POLICY)  # type: ignore[arg-type]  # django-csp knows views without arguments only
@desk_page("policies.view_policy")
def letter(request: HttpRequest, version_id: int) -> HttpResponse:
    """Give the letter that `letter` chooses as a mail program shows it, or, with `as=eml`, as it is sent.

    Nothing in it can load or run; the styles of a mail stand in its elements.
    """
    found = draft_or_404(version_id)
    if not can_be_told(found):
        raise Http404(_("Nothing can be written yet: a text or the effective moment is missing."))
    register = register_if_published(found, now=timezone.now())
    entry = register.by_id[found.pk]
    letters = choices(outlook(entry, load_rule_book()))
    if not letters:
        raise Http404(_("Nobody is told of this version."))
    message = letter_of(request, register, entry, letters[chosen(request, letters)])
    if request.GET.get("as") == "eml":
        name = f"{entry.slug}-{entry.number}.eml"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(message, content_type="message/rfc822", headers=headers)
    return HttpResponse(content_of(read(message), "html"))


def draft_or_404(version_id: int) -> PolicyVersion:
    """Give a version that is not published yet, or answer 404."""
    drafts = PolicyVersion.objects.select_related("policy", "author").filter(published_at=None)
    return get_object_or_404(drafts, pk=version_id)


def can_be_told(draft: PolicyVersion) -> bool:
    """Whether a draft is far enough to be told of: it has a text and its moment."""
    return draft.effective_at is not None and draft.texts.exists()


def choices(groups: list[Group]) -> list[Choice]:
    """Give every letter that would be sent, that to most people first."""
    found: dict[tuple[str, str], Choice] = {}
    for group in groups:
        for language, people in group.by_language.items() if group.demand.is_told else ():
            key = language, what_is_asked(group.demand)
            so_far = found[key].people if key in found else 0
            found[key] = Choice(*key, group.demand, so_far + people)
    return sorted(found.values(), key=lambda choice: (-choice.people, choice.language, choice.asked))


def chosen(request: HttpRequest, letters: list[Choice]) -> int:
    """Give which of `letters` the address asks for: a place from 0 on; the first where it names none."""
    asked = request.GET.get("letter", "0")
    is_place = asked.isascii() and asked.isdecimal() and len(asked) <= PLACES
    return int(asked) if is_place and int(asked) < len(letters) else 0


def letter_of(request: HttpRequest, register: Register, entry: Publication, choice: Choice) -> bytes:
    """Write a letter, with the moments of who is looking at it."""
    return sample(entry, register, choice.demand, person(request), choice.language)


def read(message: bytes) -> EmailMessage:
    """Read a message as a mail program does."""
    return message_from_bytes(message, policy=default)


def content_of(message: EmailMessage, kind: str) -> str:
    """Give the body of a message as `plain` or `html`."""
    body = message.get_body((kind,))
    if body is None:
        raise ValueError(f"A letter has a body of kind {kind}.")
    return str(body.get_content())

"""What everyone may read: the policy, its versions, and what changed between them."""

import re
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ..comparisons import Form, Summary, published, reading, summaries, summary
from ..instants import UnclearInstant, parse_instant
from ..selectors import Publication, html_of, register
from ..signals import text_viewed

# How long after it took effect a change is still shown above the text.
RECENT = timedelta(days=30)
LOST_PLUS = re.compile(r" (\d\d:?\d\d)$")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the policies that are in force or announced."""
    now, facts = timezone.now(), register()
    entries = [facts.in_force(slug, now) or facts.newest(slug, now) for slug in facts.by_slug]
    listed = [(entry, entry.text(request.LANGUAGE_CODE)) for entry in entries if entry]
    return render(request, "policies/index.html", {"listed": listed})


@require_safe
def policy(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the text in force, and above it what is coming or has just changed."""
    now = timezone.now()
    if "in_force_at" in request.GET:
        return policy_at(request, slug, request.GET["in_force_at"])
    facts = register()
    coming = facts.announced(slug, now)
    shown = facts.in_force(slug, now) or (coming[0] if coming else None)
    if shown is None:
        raise Http404(_("There is no policy at this address."))
    recent = shown.effective_at <= now < shown.effective_at + RECENT
    return show_text(
        request,
        "policies/policy.html",
        shown,
        notices=[notice(request, entry) for entry in coming],
        changed=notice(request, shown) if recent and facts.before(shown) else None,
        is_in_force=shown.effective_at <= now,
    )


def policy_at(request: HttpRequest, slug: str, instant: str) -> HttpResponse:
    """Show the text that was in force at an instant, or say what is wrong with the question."""
    try:
        # A plus sign typed into an address arrives as a space.
        at = parse_instant(LOST_PLUS.sub(r"+\1", instant))
    except UnclearInstant as refusal:
        return render(request, "refused.html", {"sentence": refusal}, status=400)
    shown = register().in_force(slug, at)
    if shown is None:
        raise Http404(_("No version of this policy was in force then."))
    return show_text(request, "policies/version.html", shown, in_force_at=at)


@require_safe
def versions(request: HttpRequest, slug: str) -> HttpResponse:
    """List every published version, the newest first, each with its state now and how much it changed."""
    now, facts, language = timezone.now(), register(), request.LANGUAGE_CODE
    entries = list(reversed(all_of(slug)))
    before = [facts.before(entry) for entry in entries]
    pairs = [
        (published(earlier.text(entry.text(language).language)), published(entry.text(language)))
        for entry, earlier in zip(entries, before, strict=True)
        if earlier
    ]
    changed = iter(summaries(pairs))
    listed = [
        {
            "entry": entry,
            "text": entry.text(language),
            "state": facts.state(entry, now),
            "before": earlier,
            "summary": next(changed) if earlier else None,
        }
        for entry, earlier in zip(entries, before, strict=True)
    ]
    return render(request, "policies/versions.html", {"listed": listed, "newest": listed[0]})


@require_safe
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show one version for ever, whatever it is now."""
    return show_text(request, "policies/version.html", numbered(slug, number))


@require_safe
def compare(request: HttpRequest, slug: str, old: int, new: int) -> HttpResponse:
    """Show what changed between any two versions, word by word, in one of four forms."""
    before, after = numbered(slug, old), numbered(slug, new)
    language = chosen_language(request, after)
    new_text = after.text(language)
    old_text = before.text(new_text.language)
    text_viewed.send(PolicyPages, request=request, version_ids=[after.version_id])
    names = (_("Version %(number)d") % {"number": old}, _("Version %(number)d") % {"number": new})
    context = {
        "before": before,
        "after": after,
        "text": new_text,
        "old_text": old_text,
        "recalled": [entry for entry in (before, after) if entry.recalled_at],
        "steps": register().steps(before, after, new_text.language),
        "reading": reading(published(old_text), published(new_text), chosen_form(request), names),
        "forms": list(Form),
        "others": all_of(slug),
        "kept": f"&language={language}" if "language" in request.GET else "",
    }
    return render(request, "policies/compare.html", context)


@require_safe
def choose_comparison(request: HttpRequest, slug: str) -> HttpResponse:
    """Lead to the comparison of the two versions that were chosen in a form."""
    try:
        old, new = (numbered(slug, int(request.GET.get(side, ""))).number for side in ("old", "new"))
    except ValueError:
        raise Http404(_("Choose two versions by their numbers.")) from None
    kept = {name: request.GET[name] for name in ("form", "language") if request.GET.get(name)}
    return redirect(reverse("policies:compare", args=[slug, old, new], query=kept))


@require_safe
def feed(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the published versions as an Atom feed (RFC 4287), the newest first."""
    entries = all_of(slug)
    title = entries[-1].text(request.LANGUAGE_CODE).title
    address = settings.SITE_URL + reverse("policies:policy", args=[slug])
    atom = Atom1Feed(title=f"{title} – {settings.SITE_NAME}", link=address, description="", feed_url=None)
    for entry in reversed(entries):
        text = entry.text(request.LANGUAGE_CODE)
        atom.add_item(
            title=_("Version %(number)d, in force from %(date)s")
            % {"number": entry.number, "date": entry.effective_at.date().isoformat()},
            link=settings.SITE_URL + reverse("policies:version", args=[slug, entry.number]),
            description=text.summary,
            pubdate=entry.published_at,
            updateddate=entry.published_at,
            unique_id=f"{address}#{entry.number}",
        )
    return HttpResponse(atom.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


class PolicyPages:
    """The sender of `text_viewed` on public pages."""


def show_text(request: HttpRequest, template: str, shown: Publication, **more: Any) -> HttpResponse:
    """Render `shown` in the reader's language and ring `text_viewed`."""
    now, facts = timezone.now(), register()
    text = shown.text(chosen_language(request, shown))
    text_viewed.send(PolicyPages, request=request, version_ids=[shown.version_id])
    context = {
        "entry": shown,
        "text": text,
        "html": html_of(text),
        "state": facts.state(shown, now),
        "current": facts.in_force(shown.slug, now),
        "before": facts.before(shown),
        "summary": change_of(shown, text.language),
        "is_translated": text.language == request.LANGUAGE_CODE,
        "count": len(facts.of(shown.slug)),
    }
    return render(request, template, context | more)


def notice(request: HttpRequest, entry: Publication) -> dict[str, object]:
    """Give what the prominent notice says of a version."""
    text = entry.text(request.LANGUAGE_CODE)
    return {
        "entry": entry,
        "text": text,
        "before": register().before(entry),
        "summary": change_of(entry, text.language),
    }


def change_of(entry: Publication, language: str) -> Summary | None:
    """Give how much a version changed against the one it replaced; None where it replaced none."""
    before = register().before(entry)
    return summary(published(before.text(language)), published(entry.text(language))) if before else None


def chosen_form(request: HttpRequest) -> Form:
    """Give the form in which a comparison is asked for, or answer 404."""
    asked = request.GET.get("form", Form.COLUMN)
    try:
        return Form(asked)
    except ValueError:
        raise Http404(
            _("There is no form “%(form)s”. Choose one of: %(forms)s.")
            % {"form": asked[:20], "forms": ", ".join(Form)}
        ) from None


def chosen_language(request: HttpRequest, entry: Publication) -> str:
    """Give the language to show `entry` in; a language asked for in the address must be one of the site's.

    Where the version has no text in it, the page around the text is in it all the same.
    """
    asked = request.GET.get("language")
    if asked is not None and asked not in entry.texts and asked not in dict(settings.LANGUAGES):
        raise Http404(
            _("There is no text in “%(language)s”. Choose one of: %(languages)s.")
            % {"language": asked[:20], "languages": ", ".join(sorted(entry.texts))}
        )
    return asked or request.LANGUAGE_CODE


def all_of(slug: str) -> tuple[Publication, ...]:
    """Give all publications of a policy, or answer 404."""
    entries = register().of(slug)
    if not entries:
        raise Http404(_("There is no policy at this address."))
    return entries


def numbered(slug: str, number: int) -> Publication:
    """Give one publication, or answer 404."""
    entry = register().numbered(slug, number)
    if entry is None:
        raise Http404(_("This policy has no version %(number)d.") % {"number": number})
    return entry

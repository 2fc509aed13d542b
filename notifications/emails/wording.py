"""What a letter says: its templates rendered for all who read the same, and laid out as a message."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from functools import lru_cache
from secrets import token_hex
from types import MappingProxyType

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from premailer import Premailer

from accounts.mailboxes import mailbox
from policies.comparisons import Form, in_a_letter, published, reading
from policies.models import Assent, PolicyText
from policies.selectors import Demand, Publication, Register

from ..wire import Skeleton, header_place, lay_out

# Stands in the templates where people differ. Plain ASCII, because premailer encodes braces in links, and
# nothing that an author could have written.
MARK = token_hex(8)
EFFECTIVE, RECALLED, DEADLINE = f"@@EFFECTIVE@{MARK}@@", f"@@RECALLED@{MARK}@@", f"@@DEADLINE@{MARK}@@"
ASKED, STOP = f"@@ASKED@{MARK}@@", f"@@STOP@{MARK}@@"
# Longer changes are linked and not written out: mail programs cut long letters short.
INLINED = 20_000

# What is said beside what a version asks to whoever owes an answer to one before it.
STILL_OPEN = {
    Assent.ACKNOWLEDGE.value: gettext_lazy(
        "But an earlier change still waits for your answer: we ask you to acknowledge it. The page below"
        " shows all that has changed, and one answer there covers it all."
    ),
    Assent.AGREE.value: gettext_lazy(
        "But an earlier change still waits for your answer: we ask you to agree to it. The page below"
        " shows all that has changed, and one answer there covers it all."
    ),
}


@dataclass(frozen=True)
class TimeLeft:
    """How long a reader has to answer, for a reminder: whole days in their zone, below 0 when it is over.

    `is_owed_before` where that was over before the version came out: an earlier one waits for an answer too.
    """

    is_in_force: bool
    is_owed_before: bool
    days: int
    until: str


def build_letter(
    publication: Publication,
    register: Register,
    language: str,
    asked: str,
    day: str,
    *,
    left: TimeLeft | None = None,
) -> Skeleton:
    """Render what tells people of a version, in the active language.

    It is a reminder where it says how much time is `left`.
    """
    text = publication.text(language)
    before = register.before(publication)
    pair = (published(before.text(text.language)), published(text)) if before else None
    changed = reading(*pair, Form.TEXT) if pair else None
    is_short = changed is not None and len(changed.content) <= INLINED
    address: list[str | int] = [publication.slug]
    context = about(publication, language) | {
        "before": before,
        "summary": changed.summary if changed else None,
        "changes": changed.content if changed and is_short else "",
        "marked_changes": in_a_letter(*pair) if pair and is_short else "",
        "asked": ASKED,
        "deadline": DEADLINE,
        "stop": STOP,
        "left": left,
        "day": day,
        "review_url": link("acceptance:review", address, language),
        "compare_url": link("policies:compare", [*address, before.number, publication.number], language)
        if before
        else "",
    }
    words = {ASKED: asked}
    if left is None:
        return lay_out_all("notices/change", context, places=(EFFECTIVE,), attached=publication, words=words)
    return lay_out_all(
        "notices/reminder",
        context,
        places=(EFFECTIVE, DEADLINE, STOP),
        attached=publication,
        words=words,
        headers=stop_headers(),
    )


def build_correction(publication: Publication, register: Register, language: str) -> Skeleton:
    """Render what tells that a version was recalled, what applies, and what comes, in the active language."""
    assert publication.recalled_at is not None
    applies = register.in_force(publication.slug, publication.recalled_at)
    comes = [
        {"entry": entry, "moment": f"@@{place.upper()}@@", "url": version_link(entry, language)}
        for place, entry in coming(publication, register).items()
    ]
    context = about(publication, language) | {
        "was_in_force": publication.effective_at <= publication.recalled_at,
        "recalled": RECALLED,
        "applies": applies,
        "own_url": link("acceptance:me", [], language),
        "applies_url": version_link(applies, language) if applies else "",
        "comes": comes,
    }
    places = (EFFECTIVE, RECALLED, *(str(version["moment"]) for version in comes))
    return lay_out_all("notices/correction", context, places=places, attached=applies)


def coming(publication: Publication, register: Register) -> dict[str, Publication]:
    """Give what was to take effect yet when a version was recalled, each by the place of its moment.

    The next comes first. What was recalled since does not come.
    """
    assert publication.recalled_at is not None
    announced = register.announced(publication.slug, publication.recalled_at)
    return {f"comes_{entry.number}": entry for entry in announced if entry.recalled_at is None}


def about(publication: Publication, language: str) -> dict[str, object]:
    """Give what every letter about a version says in `language`."""
    return {
        "entry": publication,
        "text": publication.text(language),
        "effective": EFFECTIVE,
        "site_name": settings.SITE_NAME,
        "contact_email": settings.CONTACT_EMAIL,
        "text_url": version_link(publication, language),
    }


def lay_out_all(
    folder: str,
    context: dict[str, object],
    *,
    places: tuple[str, ...],
    attached: Publication | None,
    words: Mapping[str, str] = MappingProxyType({}),
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Skeleton:
    """Render the three templates of `folder` and lay the message out, with a text that is attached to it.

    `words` stand wherever their marker does, and `places` stay open. The styles are inlined, without
    asking the network for anything. Raises `ValueError` where a template lacks one of them.
    """
    plain: str = render_to_string(f"{folder}/body.txt", context)
    html = inline(render_to_string(f"{folder}/body.html", context))
    for marker in (*places, *words):
        if plain.count(marker) != 1 or html.count(marker) != 1:
            raise ValueError(f"The notice's templates must hold {marker} once each.")
    for marker, said in words.items():
        plain, html = plain.replace(marker, said), html.replace(marker, escape(said))
    language = get_language() or settings.LANGUAGE_CODE
    again = {settings.MESSAGE_ID_HEADER: header_place("message_id")} if settings.MESSAGE_ID_HEADER else {}
    return lay_out(
        sender=settings.DEFAULT_FROM_EMAIL,
        subject=render_to_string(f"{folder}/subject.txt", context),
        headers={"Auto-Submitted": "auto-generated", "Content-Language": language, **headers, **again},
        text=plain,
        html=html,
        places={marker: marker.split("@")[2].lower() for marker in places},
        attachment=attachment(attached, language) if attached else None,
    )


def attachment(publication: Publication, language: str) -> tuple[str, bytes]:
    """Give the text of a version as a Markdown file: its name and what is in it."""
    text = publication.text(language)
    body = PolicyText.objects.values_list("body", flat=True).get(pk=text.text_id)
    name = f"{publication.slug}-{publication.number}-{text.language}.md"
    return name, f"# {text.title}\n\n{body}".encode()


def stop_headers() -> dict[str, str]:
    """Give the headers by which a mail program stops reminders for its reader (RFC 2369, RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{header_place('stop')}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def link(view: str, arguments: list[str | int], language: str) -> str:
    """Give the full address of a page in `language`. It only navigates: nothing in it can act."""
    return f"{settings.SITE_URL}{reverse(view, args=arguments)}?language={language}"


def version_link(publication: Publication, language: str) -> str:
    """Give the full address of a version's text in `language`."""
    return link("policies:version", [publication.slug, publication.number], language)


@lru_cache(maxsize=64)
def inline(html: str) -> str:
    """Move the styles of `html` into its elements, for mail programs that drop style sheets.

    It takes a quarter of a second, so it is done once per letter, not once per chunk.
    """
    return "<!doctype html>\n" + str(
        Premailer(
            html,
            allow_network=False,
            disable_validation=True,
            keep_style_tags=True,
            strip_important=False,
            cssutils_logging_level="CRITICAL",
        ).transform()
    )


def what_is_asked(demand: Demand, owed: str = Assent.NONE) -> str:
    """Say what a person can do, and what happens if they do nothing.

    `owed` is what an earlier version still asks of them: an answer to this one answers both, and to do
    nothing leaves that question open.
    """
    said = what_this_asks(demand, is_alone=owed == Assent.NONE)
    is_covered = demand.assent in (owed, Assent.AGREE) and not demand.is_deemed_by_use
    if owed == Assent.NONE or is_covered:
        return said
    return f"{said} {STILL_OPEN[owed]}"


def what_this_asks(demand: Demand, *, is_alone: bool) -> str:
    """Say what one version asks of a person; where it asks nothing, whether it `is_alone` in that."""
    if demand.assent == Assent.AGREE:
        return _(
            "We ask you to agree. If you do nothing, nothing counts as agreed, and the shop will ask for your"
            " agreement before you can go on."
        )
    if demand.assent == Assent.ACKNOWLEDGE and demand.is_deemed_by_use:
        return _(
            "We ask you to acknowledge it. If you do nothing and go on using the shop after that moment,"
            " this counts as acceptance. You can also decline."
        )
    if demand.assent == Assent.ACKNOWLEDGE:
        return _(
            "We ask you to acknowledge it. If you do nothing, nothing counts as accepted, and we shall"
            " remind you on the site, in the end before you can go on. You can also decline."
        )
    return _("You need not do anything.") if is_alone else _("This change asks nothing of you.")


def sender_address() -> str:
    """Give the envelope sender (RFC 5321), its domain in ASCII."""
    return address_in(settings.DEFAULT_FROM_EMAIL)


@lru_cache(maxsize=1)
def address_in(sender: str) -> str:
    """Give the address in a From header, its domain in ASCII; kept, for every message asks."""
    return mailbox(parseaddr(sender)[1]).address

"""Settings that are wrong together, notices that advertise, and triggers that are not there."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.db import connections
from django.template import Context, Engine
from django.template.base import Node
from django.template.loader import render_to_string
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils import translation

from policies.triggers import every_trigger, missing_triggers

LOOPBACK = ("127.0.0.1", "localhost", "::1")
# What makes a notice advertising, which people do not read, in every shipped language.
MARKETING = re.compile(
    r"discount|coupon|voucher|special offer|% off\b|\bsale\b|buy now|shop now|free shipping|limited time"
    r"|rabatt|gutschein|sonderangebot|jetzt kaufen|jetzt bestellen|gratis|aktionscode"
    r"|remise|bon d['’]achat|offre spéciale|soldes|achetez|code promo|livraison gratuite",
    re.IGNORECASE,
)
# What a mail program would fetch when the mail is opened: pictures, styles, programs, frames.
FETCHED = re.compile(
    r"<(?:img|script|link|iframe|object|embed|video|audio|base)\b|url\(|@import|\b(?:src|background)=",
    re.IGNORECASE,
)
# What a template takes from another one; by a variable it could be anything.
DRAWN_IN = re.compile(r"""{%\s*(?:include|extends)\s+(["'])(?P<name>.+?)\1""")
DRAWN_IN_UNNAMED = re.compile(r"""{%\s*(?:include|extends)\s+[^"'\s][^%]*%}""")


def register_checks() -> None:
    """Register every check of this app."""
    register(check_mail)
    register(check_templates, Tags.templates)
    register(check_address, deploy=True)
    register(check_triggers, Tags.database)


def check_mail(**_kwargs: Any) -> Sequence[CheckMessage]:
    """Refuse both kinds of encryption at once, which no mail server speaks, and reports that nobody signs."""
    found = []
    if settings.EMAIL_USE_TLS and settings.EMAIL_USE_SSL:
        message = "EMAIL_USE_TLS and EMAIL_USE_SSL are both on. Keep the one that the mail server asks for."
        found.append(Error(message, id="notifications.E001"))
    if bool(settings.MAIL_PROVIDER) != bool(settings.MAIL_PROVIDER_SECRET):
        message = (
            "MAIL_PROVIDER and MAIL_PROVIDER_SECRET belong together: without its secret no report of a"
            " provider is believed. Set both or neither."
        )
        found.append(Error(message, id="notifications.E005"))
    return found


def check_templates(**_kwargs: Any) -> Sequence[CheckMessage]:
    """Refuse templates of notices that advertise or have mail programs ask the network, in any language.

    They are looked at as they are written, with every branch, and as they come out.
    """
    own = list(dict.fromkeys(notice_templates()))
    return [fault for name in with_drawn_in(own) for fault in faults_of(name, is_shown_alone=name in own)]


def faults_of(name: str, *, is_shown_alone: bool) -> Iterator[CheckMessage]:
    """Give what is wrong with a template, which can be rendered by itself where it `is_shown_alone`."""
    if match := DRAWN_IN_UNNAMED.search(source(name)):
        message = f"{name} draws in what it does not name: “{match[0]}”. Write the name of the template."
        yield Error(message, id="notifications.E004")
        return
    text = "\n".join([*written_down(name), *(written_out(name) if is_shown_alone else ())])
    if match := MARKETING.search(text):
        message = f"{name} advertises: “{match[0]}”. A notice is about the change alone."
        yield Error(message, id="notifications.E002")
    if match := FETCHED.search(text):
        message = f"{name} has mail programs ask the network: “{match[0]}”. Take it out."
        yield Error(message, id="notifications.E003")


def notice_templates() -> Iterator[str]:
    """Give the names of the templates of notices, in every folder of templates."""
    for folder in map(Path, Engine.get_default().dirs):
        for path in sorted((folder / "notices").rglob("*.*")):
            yield str(path.relative_to(folder))


def with_drawn_in(names: list[str]) -> list[str]:
    """Give the templates, and each that one of them includes or extends, at whatever remove."""
    found = list(names)
    for name in found:
        # What is added here is looked through in its turn.
        named = dict.fromkeys(str(match["name"]) for match in DRAWN_IN.finditer(source(name)))
        found += [other for other in named if other not in found]
    return found


def source(name: str) -> str:
    """Give a template as it is written."""
    return str(Engine.get_default().get_template(name).source)


def written_down(name: str) -> Iterator[str]:
    """Give a template as it is written, and all that it can say in each shipped language."""
    yield source(name)
    nodes = Engine.get_default().get_template(name).nodelist
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for node in nodes.get_nodes_by_type(Node):
                if isinstance(node, TranslateNode | BlockTranslateNode):
                    yield from said_by(node)


def said_by(node: TranslateNode | BlockTranslateNode) -> list[str]:
    """Give what a tag says in the active language, of one and of many, with places left open."""
    about = str(node.message_context.resolve(Context())) if node.message_context else None
    if isinstance(node, TranslateNode):
        one, many = str(node.filter_expression.var.literal or ""), ""
    else:
        one, many = (node.render_token_list(tokens or [])[0] for tokens in (node.singular, node.plural))
    if not many:
        return [translation.pgettext(about, one) if about else translation.gettext(one)]
    return [
        translation.npgettext(about, one, many, number) if about else translation.ngettext(one, many, number)
        for number in (1, 2)
    ]


def written_out(name: str) -> Iterator[str]:
    """Give a template in each shipped language, with what it shows at times and without what differs."""
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for before in ("", "-"):
                yield render_to_string(name, {"before": before, "compare_url": "-", "changes": "-"})


def check_address(**_kwargs: Any) -> Sequence[CheckMessage]:
    """Warn where the links in notices would not lead people to this site safely."""
    parts = urlsplit(settings.SITE_URL)
    if parts.hostname in LOOPBACK:
        return [
            Caution("SITE_URL is a loopback address: no link in a notice will work.", id="notifications.W001")
        ]
    if parts.scheme != "https":
        return [
            Caution(
                "SITE_URL is not https: sign-in would cross the network in the clear.",
                id="notifications.W002",
            )
        ]
    return []


def check_triggers(*, databases: Sequence[str] | None = None, **_kwargs: Any) -> Sequence[CheckMessage]:
    """Warn of a database that would let published versions or recorded acts change.

    A warning and no error, because `migrate` runs these checks and is what mends it.
    """
    found: list[CheckMessage] = []
    for alias in databases or ():
        tables = connections[alias].introspection.table_names()
        expected = [trigger for trigger in every_trigger() if trigger.table in tables]
        missing = missing_triggers(connections[alias], expected)
        if missing:
            message = f"The database lacks the triggers {', '.join(missing)}. Run manage.py migrate."
            found.append(Caution(message, id="notifications.W003"))
    return found

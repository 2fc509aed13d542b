"""The German and French words: complete, whole, compiled, and shown to those who read them."""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, NamedTuple

import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from django.utils.translation.template import templatize

from accounts.models import User
from notifications.emails import Letters, Person, build_letter, what_is_asked
from notifications.models import Campaign
from notifications.wire import Skeleton
from policies.models import Assent, ChangeClass, PolicyKind, PolicyVersion
from policies.selectors import load_register, load_rule_book
from tests.conftest import NOW

pytestmark = pytest.mark.once

TRANSLATED = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z]|\{\w*\}")
# What a template becomes: a call, then as many string literals as it begins with.
LITERAL = r"""u?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
CALL = re.compile(rf"(?<![\w.])(_|n?p?gettext)\(((?:\s*{LITERAL}\s*,?)+)")
# The functions that mark a message, and what their first arguments are.
MARKERS = {
    "_": ("text",),
    "gettext": ("text",),
    "pgettext": ("context", "text"),
    "ngettext": ("text", "plural"),
    "npgettext": ("context", "text", "plural"),
}
TEXTS = {
    "en": "We keep orders for six years.",
    "de": "Wir bewahren Bestellungen sechs Jahre auf.",
    "fr": "Nous conservons les commandes six ans.",
}


class Message(NamedTuple):
    """What is translated: a text, its plural where it has one, and its context where that matters."""

    text: str
    plural: str = ""
    context: str = ""


def po_of(language: str) -> Any:
    return polib.pofile(str(folder_of(language) / "django.po"))


def mo_of(language: str) -> Any:
    return polib.mofile(str(folder_of(language) / "django.mo"))


def folder_of(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0], language, "LC_MESSAGES")


def forms_of(entry: Any) -> list[str]:
    """Give every form of a translation: one, or as many as the language has for a plural."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def placeholders(text: str) -> Counter[str]:
    return Counter(PLACEHOLDER.findall(text.replace("%%", "")))


def words_of(catalogue: Any) -> dict[Message, list[str]]:
    """Give what a catalogue says for each message."""
    return {
        Message(entry.msgid, entry.msgid_plural, entry.msgctxt or ""): forms_of(entry) for entry in catalogue
    }


def own_packages() -> list[Path]:
    """Give the folders of the project's apps and of its configuration."""
    own = [Path(app.path) for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR]
    return [*own, settings.BASE_DIR / str(settings.SETTINGS_MODULE).partition(".")[0]]


def sources() -> Iterator[tuple[Path, ast.AST]]:
    """Give each file of code or template that can hold messages, as a tree with calls that mark them."""
    for package in own_packages():
        for path in sorted(package.rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))
    folders = [settings.BASE_DIR / "templates", *(package / "templates" for package in own_packages())]
    found = (path for folder in folders for path in folder.rglob("*") if path.suffix in (".html", ".txt"))
    for path in sorted(found):
        yield path, tree_of_template(path.read_text(encoding="utf-8"))


def tree_of_template(source: str) -> ast.AST:
    """Give the calls that Django makes of a template's messages, and nothing else of it."""
    calls = (f"{name}({literals})" for name, literals in CALL.findall(templatize(source)))
    return ast.parse("\n".join(calls))


def messages_in(tree: ast.AST) -> Iterator[Message]:
    """Give the messages whose marking calls are in `tree`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            kinds = MARKERS.get(name_of(node.func).removesuffix("_lazy").removesuffix("_noop"), ())
            found = {
                kind: argument.value
                for kind, argument in zip(kinds, node.args, strict=False)
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
            }
            if "text" in found:
                yield Message(**found)


def name_of(function: ast.expr) -> str:
    """Give the name by which a function is called, with or without its module."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def letter_to(person: User, version: PolicyVersion) -> EmailMessage:
    """Give the notice of `version` as `person` receives it."""
    register = load_register()
    campaign = Campaign.objects.get_or_create(version=version, defaults={"created_at": NOW})[0]
    letters = Letters(campaign, "ANNOUNCEMENT", register.by_id[version.pk], register, load_rule_book())
    whom = Person(0, person.pk, person.email, person.language, person.country, person.time_zone)
    return message_from_bytes(letters.addressed_to(whom, now=NOW).message(NOW), policy=policy.default)


def subject_of(letter: Skeleton) -> str:
    return str(message_from_bytes(letter.raw, policy=policy.default)["Subject"])


def plain_text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return " ".join(str(part.get_content()).split())


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated(language: str) -> None:
    assert [entry.msgid for entry in po_of(language) if not all(forms_of(entry))] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_fuzzy_or_left_over(language: str) -> None:
    assert [entry.msgid for entry in po_of(language) if entry.fuzzy or entry.obsolete] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_placeholder_of_a_message_is_in_its_translation(language: str) -> None:
    wrong = [
        entry.msgid
        for entry in po_of(language)
        for form in forms_of(entry)
        if placeholders(form) not in (placeholders(entry.msgid), placeholders(entry.msgid_plural))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_begins_and_ends_with_the_white_space_of_its_message(language: str) -> None:
    """Where a message ends a line, its translation does; nobody sees the difference in an editor."""
    wrong = [
        entry.msgid
        for entry in po_of(language)
        for form in forms_of(entry)
        if (form[:1].isspace(), form[-1:].isspace()) != (entry.msgid[0].isspace(), entry.msgid[-1].isspace())
    ]
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_compiled_catalogue_says_what_the_source_says(language: str) -> None:
    source, compiled = po_of(language), mo_of(language)
    assert words_of(compiled) == words_of(source)
    assert compiled.metadata["Plural-Forms"] == source.metadata["Plural-Forms"]


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_of_code_and_templates_is_in_the_catalogue(language: str) -> None:
    known = set(words_of(po_of(language)))
    known |= {message._replace(plural="") for message in known}
    missing = {
        f"{path.relative_to(settings.BASE_DIR)}: {message.text}"
        for path, tree in sources()
        for message in messages_in(tree)
        if message not in known
    }
    assert sorted(missing) == []


def test_messages_are_found_wherever_they_can_stand() -> None:
    code = "_('one'\n ' and two'); ngettext_lazy('a', 'b', n); pgettext('month', 'May'); _(x); other('no')"
    template = (
        "{% load i18n %}{% translate 'three' %} {{ x|default:_(\"four's\") }} it's _ {# _('no') #}"
        "{% blocktranslate count n=n %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}"
        '{% blocktranslate with a=b trimmed %}\n  50 % of "{{ a }}"\n{% endblocktranslate %}'
        "{% translate 'May' context 'verb' %}"
    )
    assert set(messages_in(ast.parse(code))) == {
        Message("one and two"),
        Message("a", "b"),
        Message("May", context="month"),
    }
    assert set(messages_in(tree_of_template(template))) == {
        Message("three"),
        Message("four's"),
        Message("%(n)s day", "%(n)s days"),
        Message('50 %% of "%(a)s"'),
        Message("May", context="verb"),
    }


def test_french_punctuation_is_never_parted_from_its_word() -> None:
    parted = [
        entry.msgid
        for entry in po_of("fr")
        for form in forms_of(entry)
        if re.search(r"[^\s:/] [:;?!»]|« |\w[;?!»]", form)
    ]
    assert parted == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", ["Richtlinien", "Anmelden", "Version 1, in Kraft ", "Fragen zu Ihren Daten:"]),
        ("fr", ["Politiques", "Se connecter", "Version 1, en vigueur ", "Des questions sur vos données"]),
    ],
)
def test_the_address_of_a_page_can_ask_for_a_language(
    client: Client, make_version: Callable[..., PolicyVersion], language: str, words: list[str]
) -> None:
    version = make_version(bodies=TEXTS)
    page = client.get(
        reverse("policies:policy", args=[version.policy.slug]), {"language": language}
    ).content.decode()
    assert f'<html lang="{language}">' in page
    assert f'<article class="text" lang="{language}">' in page
    assert [word for word in words if word not in page] == []
    assert "Sign in" not in page


def test_who_reads_german_sees_german_without_asking(
    client_of: Callable[[User], Client], bob: User, make_version: Callable[..., PolicyVersion]
) -> None:
    make_version(bodies=TEXTS)
    page = client_of(bob).get(reverse("acceptance:me")).content.decode()
    assert '<html lang="de">' in page
    assert "<h1>Meine Seite</h1>" in page
    assert "Was Sie getan haben" in page


def test_who_reads_german_gets_a_german_notice(bob: User, make_version: Callable[..., PolicyVersion]) -> None:
    make_version(bodies=TEXTS, published_at=NOW - timedelta(days=60))
    bodies = TEXTS | {
        "de": "Wir bewahren Bestellungen zehn Jahre auf.",
        "en": "For ten years.",
        "fr": "Dix ans.",
    }
    message = letter_to(bob, make_version(bodies=bodies))
    text = plain_text_of(message)
    assert message["Content-Language"] == "de"
    assert (
        str(message["Subject"]).strip()
        == f"{settings.SITE_NAME}: Privacy policy – Änderung zum 2. April 2026"
    )
    assert "Version 2 gilt ab dem 2. April 2026 11:00 CEST." in text
    assert (
        "Wir bitten Sie, dies zur Kenntnis zu nehmen. Wenn Sie nichts tun, gilt nichts als angenommen" in text
    )
    assert "You can" not in text


def test_who_reads_german_is_told_of_a_new_document_in_german(
    bob: User, make_version: Callable[..., PolicyVersion]
) -> None:
    message = letter_to(bob, make_version(bodies=TEXTS))
    assert "gültig ab dem 2. April 2026" in str(message["Subject"])
    assert "Wir führen ein neues Dokument ein: „Privacy policy“." in plain_text_of(message)


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_subject_or_sentence_of_a_notice_stays_english(
    make_version: Callable[..., PolicyVersion], language: str
) -> None:
    version = make_version(bodies=TEXTS)
    register, rules = load_register(), load_rule_book()
    entry = register.by_id[version.pk]
    with override("en"):
        english = subject_of(build_letter(entry, register, "en", "", ""))
    with override(language):
        assert subject_of(build_letter(entry, register, language, "", "")) != english
    for change_class in ChangeClass:
        for country in ("DE", "US"):
            demand = rules.demand(PolicyKind.PRIVACY_NOTICE, change_class, country)
            with override(language):
                said = what_is_asked(demand)
            assert said != what_is_asked(demand)


@pytest.mark.parametrize("language", TRANSLATED)
def test_acknowledging_and_agreeing_are_different_words(language: str) -> None:
    with override(language):
        acknowledge, agree = Assent.ACKNOWLEDGE.label, Assent.AGREE.label
        assert str(acknowledge).split(":")[0] != str(agree).split(":")[0]

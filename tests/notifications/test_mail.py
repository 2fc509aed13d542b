"""The letter: what a person is told, in their language and zone, and nothing that could act or spy."""

from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from premailer import Premailer

from acceptance.models import Act, Exposure
from accounts.models import User
from demo.sink import Sink
from notifications.emails import wording
from notifications.models import NoticeState
from notifications.services import plan_campaigns, run_due, slices
from policies.models import ChangeClass, PolicyVersion
from policies.services import save_text
from tests.conftest import NOW

from .letters import Letter, folded, letter_to
from .records import at, notice_of, planned

pytestmark = pytest.mark.once

BODIES = {"en": "We keep orders for six years.", "de": "Wir behalten Bestellungen sechs Jahre lang."}
SITE = "http://127.0.0.1:8000"


@pytest.fixture(autouse=True)
def fresh_letters() -> None:
    """Lay out every letter anew."""
    wording.inline.cache_clear()


def test_the_text_comes_first_then_the_page_then_the_policy_itself(
    alice: User, version: PolicyVersion, mailbox: Sink
) -> None:
    letter = letter_to(alice, mailbox)

    assert [part.get_content_type() for part in letter.message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/markdown",
    ]


def test_the_head_says_from_whom_to_whom_and_that_nobody_typed_it(
    alice: User, version: PolicyVersion, mailbox: Sink
) -> None:
    message = letter_to(alice, mailbox).message

    assert message["From"] == "Fernhill Shoes <notices@fernhill.example>"
    assert message["To"] == alice.email
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "en"
    assert message["Date"]


def test_the_subject_names_the_document_and_the_date(
    alice: User, version: PolicyVersion, mailbox: Sink
) -> None:
    subject = letter_to(alice, mailbox).subject

    assert subject.startswith("Fernhill Shoes: Privacy policy ")
    assert subject.endswith("April 2, 2026")


def test_both_forms_say_what_changes_and_from_when(
    alice: User, version: PolicyVersion, mailbox: Sink
) -> None:
    letter = letter_to(alice, mailbox)

    for words in (folded(letter.text), letter.words):
        assert "Privacy policy" in words
        assert "We keep orders for longer." in words
        assert "April 2, 2026, 11 a.m. CEST" in words
        assert "privacy@fernhill.example" in words
        assert "@@" not in words


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        ("Europe/Berlin", "April 2, 2026, 11 a.m. CEST"),
        ("America/New_York", "April 2, 2026, 5 a.m. EDT"),
        ("Asia/Tokyo", "April 2, 2026, 6 p.m. JST"),
        ("Pacific/Kiritimati", "April 2, 2026, 11 p.m. +14"),
    ],
)
def test_the_moment_is_told_in_the_readers_zone_with_its_name(
    make_person: Callable[..., User], version: PolicyVersion, mailbox: Sink, zone: str, moment: str
) -> None:
    reader = make_person("reader", time_zone=zone)

    letter = letter_to(reader, mailbox)

    assert moment in folded(letter.text)
    assert moment in letter.words


def test_people_read_their_own_language(
    alice: User, bob: User, make_version: Callable[..., PolicyVersion], mailbox: Sink
) -> None:
    make_version(bodies=BODIES)
    plan_campaigns(now=NOW)
    run_due(clock=at(NOW))

    english, german = (Letter(message) for message in mailbox.messages())

    assert (english.message["To"], english.message["Content-Language"]) == (alice.email, "en")
    assert (german.message["To"], german.message["Content-Language"]) == (bob.email, "de")
    assert "2. April 2026" in german.subject
    assert "2. April 2026 11:00 CEST" in folded(german.text)
    assert german.page.get("lang") == "de"
    assert BODIES["de"] in str(german.part("text/markdown").get_content())
    assert notice_of(bob).language == "de"


def test_who_reads_a_language_that_the_version_lacks_gets_one_that_it_has(
    make_person: Callable[..., User], make_version: Callable[..., PolicyVersion], mailbox: Sink
) -> None:
    french = make_person("francine", language="fr")
    make_version(bodies=BODIES)

    letter = letter_to(french, mailbox)

    assert letter.message["Content-Language"] == letter.page.get("lang") == "en"
    assert "April 2, 2026, 11 a.m. CEST" in letter.words
    assert BODIES["en"] in str(letter.part("text/markdown").get_content())
    assert notice_of(french).language == "en"


ASKED = [
    ("US", ChangeClass.MATERIAL, "this counts as acceptance"),
    ("DE", ChangeClass.MATERIAL, "nothing counts as accepted"),
    ("", ChangeClass.MATERIAL, "nothing counts as accepted"),
    ("US", ChangeClass.NEW_PURPOSE, "We ask you to agree. If you do nothing, nothing counts as agreed"),
    ("US", ChangeClass.NEUTRAL, "You need not do anything."),
]


@pytest.mark.parametrize(("country", "change_class", "sentence"), ASKED)
def test_what_is_asked_follows_the_rule_of_the_readers_country(
    make_person: Callable[..., User],
    make_version: Callable[..., PolicyVersion],
    mailbox: Sink,
    country: str,
    change_class: str,
    sentence: str,
) -> None:
    reader = make_person("reader", country=country)
    make_version(change_class=change_class)

    letter = letter_to(reader, mailbox)

    assert sentence in folded(letter.text)
    assert sentence in letter.words


def test_the_attachment_is_the_text_itself(
    alice: User, make_version: Callable[..., PolicyVersion], mailbox: Sink
) -> None:
    body = "## Straße – 鞋\n\n.\n\n.hidden\n\n" + "A long line. " * 400
    make_version(body=body)

    part = letter_to(alice, mailbox).part("text/markdown")

    assert part.get_filename() == "privacy-1-en.md"
    assert folded(str(part.get_content())) == folded(f"# Privacy policy {body}")


def test_the_links_of_a_first_version_lead_to_the_review_page_and_the_text(
    alice: User, version: PolicyVersion, mailbox: Sink
) -> None:
    letter = letter_to(alice, mailbox)

    assert letter.links == {
        f"{SITE}/me/review/privacy/?language=en",
        f"{SITE}/policies/privacy/versions/1/?language=en",
        "mailto:privacy@fernhill.example",
    }


def test_the_letter_of_a_change_also_leads_to_the_comparison(
    alice: User, version: PolicyVersion, make_version: Callable[..., PolicyVersion], mailbox: Sink
) -> None:
    plan_campaigns(now=NOW)
    run_due(clock=at(NOW))
    later = NOW + timedelta(days=40)
    make_version(body="We keep orders for ten years.", published_at=later)

    plan_campaigns(now=later)
    run_due(clock=at(later))

    comparison = f"{SITE}/policies/privacy/compare/1...2/?language=en"
    letter = Letter(mailbox.messages()[-1])
    assert comparison in letter.links
    assert comparison in letter.text


def test_following_every_link_only_navigates(
    alice: User,
    version: PolicyVersion,
    make_version: Callable[..., PolicyVersion],
    mailbox: Sink,
    client_of: Callable[[User], Client],
) -> None:
    later = NOW + timedelta(days=40)
    make_version(body="We keep orders for ten years.", published_at=later)
    plan_campaigns(now=later)
    run_due(clock=at(later))
    links = Letter(mailbox.messages()[-1]).links
    client = client_of(alice)
    exposures = set(Exposure.objects.values_list("kind", flat=True))

    paths = [urlsplit(link) for link in links if link.startswith(SITE)]
    answers = [client.get(f"{parts.path}?{parts.query}").status_code for parts in paths]

    assert answers == [200, 200, 200]
    assert not Act.objects.exists()
    assert exposures == {"NOTIFIED"}


def test_a_link_asks_who_is_not_signed_in_to_sign_in(
    alice: User, version: PolicyVersion, mailbox: Sink, client: Client
) -> None:
    letter_to(alice, mailbox)

    answer = client.get("/me/review/privacy/?language=en")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_the_page_carries_its_styles_in_its_elements_and_asks_for_nothing_from_outside(
    alice: User, version: PolicyVersion, mailbox: Sink
) -> None:
    page = letter_to(alice, mailbox).page

    assert page.xpath("//h1/@style")
    assert page.xpath("//p/@style")
    assert not page.xpath(
        "//link | //script | //img | //iframe | //object | //form | //*[@src] | //*[@background]"
    )
    assert not [
        style for style in page.xpath("//@style | //style/text()") if "url(" in style or "@import" in style
    ]
    assert not page.xpath("//@*[starts-with(name(), 'on')]")


def test_the_words_of_the_summary_are_words_not_markup(
    alice: User,
    make_draft: Callable[..., PolicyVersion],
    publish: Callable[[PolicyVersion], None],
    mailbox: Sink,
) -> None:
    draft = make_draft()
    summary = "Fish & <b>chips</b> “to go”: 1 < 2."
    save_text(
        version_id=draft.pk, language="en", title="Terms & more", summary=summary, body="We keep orders."
    )
    publish(draft)

    letter = letter_to(alice, mailbox)

    assert letter.subject.startswith("Fernhill Shoes: Terms & more ")
    assert summary in letter.text
    assert summary in letter.words
    assert not letter.page.xpath("//b")


def test_styles_are_inlined_once_per_language_however_many_chunks_there_are(
    make_people: Callable[..., list[User]],
    make_version: Callable[..., PolicyVersion],
    mailbox: Sink,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    built: list[str] = []

    def counted(html: str, **options: Any) -> Any:
        built.append(html)
        return Premailer(html, **options)

    monkeypatch.setattr("notifications.emails.wording.Premailer", counted)
    monkeypatch.setattr(slices, "CHUNK_SIZE", 2)
    make_people(4, language="en")
    make_people(4, language="de")
    make_people(1, language="fr")
    make_version(bodies=BODIES)

    plan_campaigns(now=NOW)
    run_due(clock=at(NOW))

    assert len(mailbox.files()) == 9
    assert len(built) == 2


class Counting(BaseHTTPRequestHandler):
    """Counts who asks."""

    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


def test_inlining_asks_the_network_for_nothing() -> None:
    with HTTPServer(("127.0.0.1", 0), Counting) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        try:
            wording.inline(
                f'<html><head><link rel="stylesheet" href="{address}/a.css">'
                f"<style>p {{ background: url({address}/b.png) }}</style></head>"
                f'<body><p>A <img src="{address}/c.png"></p></body></html>'
            )
        finally:
            server.shutdown()
            thread.join()

    assert Counting.asked == []


def test_a_template_without_its_marker_sends_nothing(
    alice: User, version: PolicyVersion, mailbox: Sink, settings: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "notices" / "change"
    folder.mkdir(parents=True)
    (folder / "body.txt").write_text("It changes on {{ effective }}.")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]
    planned()

    run_due(clock=at(NOW))

    assert notice_of(alice).state == NoticeState.RETRY
    assert mailbox.files() == []


def test_a_shop_in_a_domain_with_umlauts_sends_under_its_ascii_name(
    alice: User, version: PolicyVersion, mailbox: Sink, settings: Any
) -> None:
    settings.DEFAULT_FROM_EMAIL = "Fernhill <notices@bücher.example>"

    message = letter_to(alice, mailbox).message

    assert message["From"] == "Fernhill <notices@xn--bcher-kva.example>"
    assert message["Message-ID"].endswith("@xn--bcher-kva.example>")

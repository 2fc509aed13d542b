"""The bytes of a message: places are filled, nothing else changes, and every line keeps to the standard."""

import quopri
from email import message_from_bytes
from email.policy import SMTP

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.mailboxes import AddressUnusable, mailbox
from notifications.wire import PlaceMissing, Skeleton, lay_out, with_places

pytestmark = pytest.mark.pure

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=300)
MARKER = "@@WHEN@@"


@given(before=WORDS, after=WORDS, value=WORDS)
@example(before="ends with a space ", after=" begins with one", value="1 \u00a0January")
@example(before="\x1a", after="\x1a", value="\x1a")
@example(before="=", after=".\n.", value="é" * 80)
def test_a_filled_text_reads_as_if_it_had_been_written_so(before: str, after: str, value: str) -> None:
    laid_out = Skeleton(with_places(f"{before}{MARKER}{after}", {MARKER: "when"}, "text"))

    filled = laid_out.fill({"when": value})

    lines = filled.split(b"\r\n")
    assert quopri.decodestring(filled.replace(b"\r\n", b"\n")).decode() == f"{before}{value}{after}"
    assert max(map(len, lines)) <= 76
    assert not any(sign in line for line in lines for sign in b"\r\n\x1a")


def letter(subject: str = "Subject", text: str = f"From {MARKER} on.") -> Skeleton:
    """Lay out a short letter."""
    return lay_out(
        sender="Bücher & Schuhe <notices@bücher.example>",
        subject=subject,
        headers={"Auto-Submitted": "auto-generated"},
        text=text,
        html=f"<p>From <b>{MARKER}</b> on.</p>",
        places={MARKER: "when"},
        attachment=("terms-1-en.md", "# Überschrift\n".encode()),
    )


VALUES = {"to": "a@b.example", "message_id": "<1@b.example>", "date": "Mon, 2 Mar 2026 09:00:00 +0000"}


def test_a_message_is_read_by_a_mail_program() -> None:
    raw = letter("Änderung").fill({**VALUES, "when": "1 <é> 2027"})

    message = message_from_bytes(raw, policy=SMTP)

    text, html, attached = [part for part in message.walk() if not part.is_multipart()]
    assert message["From"] == "Bücher & Schuhe <notices@xn--bcher-kva.example>"
    assert (message["Subject"], message["To"]) == ("Änderung", "a@b.example")
    assert text.get_content() == "From 1 <é> 2027 on."
    assert html.get_content() == "<p>From <b>1 &lt;é&gt; 2027</b> on.</p>"
    assert attached.get_filename() == "terms-1-en.md"
    assert attached.get_content() == "# Überschrift\n"
    assert not message.defects


def test_a_value_cannot_begin_another_header() -> None:
    raw = letter("A\r\nBcc: c@d.example").fill(
        {**VALUES, "to": "a@b.example\r\nBcc: c@d.example", "when": ""}
    )

    assert message_from_bytes(raw, policy=SMTP)["Bcc"] is None


def test_the_same_letter_is_laid_out_alike_every_time() -> None:
    assert letter().raw == letter().raw
    assert letter().sha256 != letter(text=f"After {MARKER}.").sha256


def test_a_place_for_which_nothing_is_given_is_refused_by_its_name() -> None:
    with pytest.raises(PlaceMissing, match="a place for when"):
        letter().fill(VALUES)


@pytest.mark.parametrize(
    ("address", "on_the_wire", "is_international"),
    [
        ("ann@example.com", "ann@example.com", False),
        ("ann@bücher.example", "ann@xn--bcher-kva.example", False),
        # IDNA 2003 made of these the addresses of somebody else: fass.de, and strasse.de.
        ("klaus@faß.de", "klaus@xn--fa-hia.de", False),
        ("ann@Straße.DE", "ann@xn--strae-oqa.de", False),
        ("ann@xn--fa-hia.de", "ann@xn--fa-hia.de", False),
        ("ann@mail_out.Example.com", "ann@mail_out.Example.com", False),
        ("jürgen@example.com", "jürgen@example.com", True),
    ],
)
def test_a_domain_goes_in_ascii_and_a_name_as_it_is(
    address: str,
    on_the_wire: str,
    is_international: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    found = mailbox(address)

    assert (found.address, found.is_international) == (on_the_wire, is_international)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("ann.example.com", "no @"),
        ("@example.com", "no @"),
        ("ann@example.com\r\nBcc: bob@example.com", "line break"),
        ("ann <b@example.com", "line break"),
        ("ann@" + "a" * 320 + ".example", "no domain"),
        ("a" * 320 + "@example.com", "longer"),
        ("ann@.example", "no domain"),
        # RFC 5892 lets no symbol stand in a domain.
        ("ann@☕.example", "no domain"),
        ("ann@a\u200db.example", "line break"),
        ("ann@" + "ü" * 70 + ".example", "no domain"),
    ],
)
def test_an_address_that_no_server_takes_is_refused_with_the_reason(address: str, sentence: str) -> None:
    with pytest.raises(AddressUnusable, match=sentence):
        mailbox(address)

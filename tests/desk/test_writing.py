"""An author writes: policies, drafts and texts. What is refused says why, and nothing typed is lost."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from policies import services
from policies.models import Policy, PolicyText, PolicyVersion
from tests.acceptance.pages import alert, elements, heard, page, words
from tests.conftest import NOW
from tests.policies.documents import document, paragraph, run

from .conftest import address, errors, form_with, rows, typed

pytestmark = pytest.mark.look

BODY = "We keep orders for ten years."


def shown_preview(content: bytes) -> str:
    """Give the words of the preview."""
    return " ".join(str(page(content).get_element_by_id("preview").text_content()).split())


@pytest.fixture
def editor(draft: PolicyVersion) -> str:
    """Give the address at which the draft's English text is written."""
    return address("text", draft.pk, "en")


def test_what_was_typed_is_shown_to_whoever_was_signed_out_meanwhile(
    writer: Client, client: Client, editor: str
) -> None:
    form = typed(writer, editor, "body", body=BODY, summary="<b>Longer.</b>")
    before = rows()

    response = client.post(editor, form, headers={"Referer": f"http://testserver{editor}"})

    boxes = elements(page(response.content), "//textarea")
    assert response.status_code == 403
    assert "Your session has ended, so nothing was recorded or changed." in alert(response.content)
    assert {BODY, "<b>Longer.</b>"} <= {str(box.text).removeprefix("\n") for box in boxes}
    assert form["csrfmiddlewaretoken"].encode() not in response.content.split(b"<main")[1]
    assert f"/accounts/login/?next={editor}" in str(response.content)
    assert rows() == before


def test_where_the_form_came_from_leads_to_no_other_site(client: Client, editor: str) -> None:
    response = client.post(editor, {"body": BODY}, headers={"Referer": "https://evil.example/desk/"})

    assert b"/accounts/login/?next=/me/" in response.content
    assert b"evil" not in response.content


def test_the_preview_says_so_too_where_the_text_is_still_there(client: Client) -> None:
    response = client.post(address("preview"), {"body": BODY}, headers={"HX-Request": "true"})

    assert response.status_code == 200
    assert b"What you typed is still here: sign in in another tab, then go on." in response.content
    assert b"<main" not in response.content


def test_a_new_policy_begins_with_a_draft_in_its_default_language(writer: Client, author: User) -> None:
    response = writer.post(
        address("new_policy"),
        {"name": "Cookies", "slug": "cookies", "kind": "COOKIES", "default_language": "fr"},
    )

    draft = PolicyVersion.objects.get(policy__slug="cookies")
    assert (draft.author, draft.is_published) == (author, False)
    assert response.status_code == 302
    assert response["Location"] == address("text", draft.pk, "fr")


def test_an_address_that_another_policy_has_is_refused(writer: Client, draft: PolicyVersion) -> None:
    before = rows()

    response = writer.post(
        address("new_policy"),
        {"name": "Another", "slug": "privacy", "kind": "OTHER", "default_language": "en"},
    )

    assert response.status_code == 422
    assert errors(response.content) == ["Another policy has this address. Choose another one."]
    assert form_with("slug", response.content)["name"] == "Another"
    assert rows() == before


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", " "), ("slug", "two words"), ("kind", "NOVEL"), ("default_language", "tlh")],
)
def test_a_policy_with_a_value_that_is_none_is_refused(writer: Client, field: str, value: str) -> None:
    known = {"name": "Cookies", "slug": "cookies", "kind": "COOKIES", "default_language": "en"}

    response = writer.post(address("new_policy"), known | {field: value})

    assert response.status_code == 422
    assert len(errors(response.content)) == 1
    assert not Policy.objects.exists()


def test_a_draft_begins_with_the_texts_of_the_newest_version(
    writer: Client, author: User, published: PolicyVersion
) -> None:
    response = writer.post(address("start_draft", "privacy"))

    draft = PolicyVersion.objects.get(published_at=None)
    text = draft.texts.get()
    assert response["Location"] == address("version", draft.pk)
    assert (draft.author, text.body) == (author, published.texts.get().body)
    assert (draft.reason, text.summary, draft.effective_at) == ("", "", None)


def test_a_draft_of_a_policy_that_is_not_there_is_not_found(writer: Client) -> None:
    response = writer.post(address("start_draft", "nowhere"))

    assert response.status_code == 404


def test_the_form_shows_what_is_saved(writer: Client, draft: PolicyVersion, editor: str) -> None:
    form = form_with("body", writer.get(editor).content)

    text = draft.texts.get()
    assert (form["title"], form["summary"], form["body"]) == (text.title, text.summary, text.body)


def test_a_text_is_saved_and_rendered(writer: Client, draft: PolicyVersion, editor: str) -> None:
    response = writer.post(editor, typed(writer, editor, "body", body=f"# Orders\r\n\r\n{BODY}"))

    text = draft.texts.get()
    assert (response.status_code, response["Location"]) == (302, address("version", draft.pk))
    assert (text.body, text.html.split("\n")[-1]) == (f"# Orders\n\n{BODY}", f"<p>{BODY}</p>")
    assert "The text is saved." in words(writer.get(response["Location"]).content)


def test_a_text_in_another_language_stands_beside_the_first(writer: Client, draft: PolicyVersion) -> None:
    editor = address("text", draft.pk, "de")

    writer.post(editor, typed(writer, editor, "body", title="Datenschutz", body="Zehn Jahre."))

    assert list(draft.texts.order_by("language").values_list("language", "title")) == [
        ("de", "Datenschutz"),
        ("en", "Privacy policy"),
    ]


def test_a_preview_saves_nothing_and_keeps_what_was_typed(
    writer: Client, draft: PolicyVersion, editor: str
) -> None:
    before = draft.texts.get().body

    response = writer.post(editor, typed(writer, editor, "body", body=f"*{BODY}*", preview="1"))

    assert response.status_code == 200
    assert shown_preview(response.content) == BODY
    assert form_with("body", response.content)["body"] == f"*{BODY}*"
    assert draft.texts.get().body == before


def test_the_part_for_the_preview_holds_nothing_active(writer: Client) -> None:
    body = (
        '**Orders**<script>alert(1)</script><img src=x onerror="alert(1)"><a href="javascript:alert(1)">x</a>'
    )

    response = writer.post(address("preview"), {"body": body})

    part = response.content.decode()
    assert response.status_code == 200
    assert "<strong>Orders</strong>" in part
    assert not [active for active in ("script", "onerror", "<img", "<html") if active in part]


def test_the_preview_of_what_cannot_be_rendered_says_why(writer: Client) -> None:
    response = writer.post(address("preview"), {"body": "> " * 500 + "deep"})

    assert "The text nests lists or quotations too deeply. Flatten it." in response.content.decode()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "The text is empty. Write or paste it, then save again."),
        (" \n\t\n ", "The text is empty. Write or paste it, then save again."),
        ("ä" * 1_000_001, "The text is over 2 MB. Shorten it or split it into two policies."),
        ("One.\n\nTwo\x07.", "Line 3 holds the control character U+0007. Remove it."),
        ("> " * 500 + "deep", "The text nests lists or quotations too deeply. Flatten it."),
    ],
    ids=["empty", "white space", "over 2 MB", "control character", "nested"],
)
def test_a_text_that_cannot_be_kept_is_refused_and_what_was_typed_stays(
    writer: Client, draft: PolicyVersion, editor: str, body: str, sentence: str
) -> None:
    form = typed(writer, editor, "body", title="A better title", summary="A better summary.", body=body)
    before, saved = rows(), draft.texts.get().body

    response = writer.post(editor, form)

    assert response.status_code == 422
    assert errors(response.content) == [sentence]
    kept = form_with("body", response.content)
    assert (kept["title"], kept["summary"], kept["body"]) == ("A better title", "A better summary.", body)
    assert (rows(), draft.texts.get().body) == (before, saved)


def test_a_request_too_large_to_be_read_is_refused_with_a_sentence(
    writer: Client, draft: PolicyVersion, editor: str
) -> None:
    saved = draft.texts.get().body

    response = writer.post(editor, {"title": "Privacy policy", "body": "a" * 9_000_000})

    assert response.status_code == 400
    assert "It was malformed or too large." in response.content.decode()
    assert draft.texts.get().body == saved


@pytest.mark.parametrize("title", ["", "  ", "x" * 201])
def test_a_text_needs_a_title_of_reasonable_length(
    writer: Client, draft: PolicyVersion, editor: str, title: str
) -> None:
    response = writer.post(editor, typed(writer, editor, "body", title=title, body=BODY))

    assert response.status_code == 422
    assert len(errors(response.content)) == 1
    assert form_with("body", response.content)["body"] == BODY


def test_a_language_that_the_site_does_not_speak_is_not_found(writer: Client, draft: PolicyVersion) -> None:
    editor = address("text", draft.pk, "tlh")

    opened, sent = writer.get(editor), writer.post(editor, {"title": "Privacy", "body": BODY})

    assert (opened.status_code, sent.status_code) == (404, 404)
    assert "The site does not speak “tlh”." in words(opened.content)
    assert not PolicyText.objects.filter(language="tlh").exists()


def uploaded(name: str, content: bytes) -> SimpleUploadedFile:
    """Give a file as a browser sends it."""
    return SimpleUploadedFile(name, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("policy.docx", document(paragraph(run("Our policy"), style="Titel"), paragraph(run("Ten years.")))),
        ("policy.md", b"# Our policy\n\nTen years.\n"),
        ("policy.txt", b"Our policy\n\nTen years.\n"),
    ],
)
def test_a_file_is_taken_over_into_the_form_and_saved_only_then(
    writer: Client, draft: PolicyVersion, editor: str, name: str, content: bytes
) -> None:
    before = rows()
    sent = typed(writer, editor, "body", summary="Shorter.") | {"file": uploaded(name, content)}

    response = writer.post(editor, sent)

    said = words(response.content)
    taken = form_with("body", response.content)
    assert response.status_code == 200
    assert f"Taken over from {name}. Look at it, then save: nothing is saved yet." in said
    assert (taken["title"], taken["body"].strip(), taken["summary"]) == (
        "Our policy",
        "Ten years.",
        "Shorter.",
    )
    assert shown_preview(response.content) == "Ten years."
    assert rows() == before
    assert writer.post(editor, taken).status_code == 302
    assert draft.texts.get().body == "Ten years.\n"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("policy.pdf", b"%PDF", "policy.pdf is no .md, .txt or .docx file."),
        ("policy.md", b"\xff\xfe", "policy.md is not UTF-8 (byte 0). Save it as UTF-8, then try again."),
        ("policy.docx", b"no zip", None),
        ("policy.md", b"", None),
        ("policy.md", b"x" * 2_000_001, "policy.md is over 2 MB. Shorten or split it."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_what_was_typed_stays(
    writer: Client, editor: str, name: str, content: bytes, said: str | None
) -> None:
    sent = typed(writer, editor, "body", body=BODY) | {"file": uploaded(name, content)}

    response = writer.post(editor, sent)

    assert response.status_code == 422
    [sentence] = errors(response.content)
    assert sentence == (said or sentence)
    assert form_with("body", response.content)["body"] == BODY


def test_who_takes_over_without_a_file_is_told_to_choose_one(writer: Client, editor: str) -> None:
    response = writer.post(editor, typed(writer, editor, "body", body=BODY) | {"take_over": "1"})

    assert errors(response.content) == ["Choose a file first."]
    assert form_with("body", response.content)["body"] == BODY


def test_when_two_people_save_the_same_text_the_second_sees_both(
    writer: Client, client_of: Callable[[User], Client], make_person: Callable[..., User], editor: str
) -> None:
    other = client_of(make_person("other", groups=("Authors",)))
    mine = typed(writer, editor, "body", summary="My summary.", body="We keep orders for seven years.")
    theirs = typed(other, editor, "body", body="We keep orders for eight years.")
    other.post(editor, theirs)

    response = writer.post(editor, mine)

    assert response.status_code == 409
    assert errors(response.content) == [
        "Somebody else saved this text while you were writing. Compare, then save again to replace it."
    ]
    changes = elements(page(response.content), "//del | //ins")
    assert [heard(found) for found in changes] == [
        "Deleted: eight end of deletion.",
        "Inserted: seven end of insertion.",
    ]
    kept = form_with("body", response.content)
    assert (kept["summary"], kept["body"]) == (mine["summary"], mine["body"])
    assert PolicyText.objects.get().body == theirs["body"]


def test_the_second_sees_what_the_first_said_of_the_change_too(
    writer: Client, client_of: Callable[[User], Client], make_person: Callable[..., User], editor: str
) -> None:
    other = client_of(make_person("other", groups=("Authors",)))
    mine = typed(writer, editor, "body", summary="My summary.")
    other.post(editor, typed(other, editor, "body", summary="Their summary.", reason="Their reason."))

    response = writer.post(editor, mine)

    [shown] = elements(page(response.content), "//section[.//dl]/dl")
    assert [str(each.text_content()) for each in shown] == [
        "Summary of changes",
        "Their summary.",
        "Reason for the reader",
        "Their reason.",
    ]
    assert form_with("body", response.content)["summary"] == "My summary."


def test_who_has_seen_both_can_replace_the_other_text(
    writer: Client, client_of: Callable[[User], Client], make_person: Callable[..., User], editor: str
) -> None:
    other = client_of(make_person("other", groups=("Authors",)))
    mine = typed(writer, editor, "body", body="We keep orders for seven years.")
    other.post(editor, typed(other, editor, "body", body="We keep orders for eight years."))
    both = writer.post(editor, mine)

    response = writer.post(editor, form_with("body", both.content))

    assert response.status_code == 302
    assert PolicyText.objects.get().body == "We keep orders for seven years."


def test_a_form_without_its_state_replaces_nothing(writer: Client, draft: PolicyVersion, editor: str) -> None:
    response = writer.post(editor, {"title": "Privacy policy", "body": BODY})

    assert response.status_code == 409
    assert draft.texts.get().body != BODY


def test_a_published_text_is_not_written_any_more(writer: Client, published: PolicyVersion) -> None:
    editor = address("text", published.pk, "en")
    text = published.texts.get()

    response = writer.post(editor, {"title": text.title, "body": BODY, "based_on": services.text_state(text)})

    assert response.status_code == 422
    assert errors(response.content) == [
        "Version 1 is published and never changes. Start a new draft instead."
    ]
    assert published.texts.get().body == text.body


def test_the_changes_of_a_draft_are_shown_against_the_version_before(
    writer: Client, published: PolicyVersion, make_draft: Callable[..., PolicyVersion]
) -> None:
    draft = make_draft(body="We keep orders for ten years.", now=NOW)

    response = writer.get(address("changes", draft.pk, "en"))

    assert "What this text changes against version 1." in words(response.content)
    assert [heard(found) for found in elements(page(response.content), "//del | //ins")] == [
        "Deleted: six end of deletion.",
        "Inserted: ten end of insertion.",
    ]


def test_everything_in_a_first_version_is_new(writer: Client, draft: PolicyVersion) -> None:
    response = writer.get(address("changes", draft.pk, "en"))

    assert "This is the first version: everything is new." in words(response.content)
    assert alert(response.content) == ""


def test_the_changes_of_a_text_that_is_not_there_are_not_found(writer: Client, draft: PolicyVersion) -> None:
    assert writer.get(address("changes", draft.pk, "fr")).status_code == 404

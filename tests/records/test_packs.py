"""An evidence pack holds what a court asks, about nobody else, and every change to it is found out."""

import ast
import io
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from html import unescape
from pathlib import Path
from unittest.mock import patch

import pytest
from django.db import connection

from acceptance.models import Act, EntryKind, LedgerEntry, LegacyAcceptance
from acceptance.services import Verdict, import_acceptances, read_rows
from accounts.models import User
from policies.models import PolicyVersion
from policies.services import recall_version
from policies.triggers import create_triggers, drop_triggers, every_trigger
from records import verify
from records.models import Pack
from records.services import erase_person, make_person_pack
from records.services.packs import KeyIsNew
from tests.acceptance.conftest import EFFECT
from tests.acceptance.ledgers import HOUR, OTHER, SIGNER, verdicts
from tests.acceptance.records import enter
from tests.records.packs import MADE_AT, alone, files_of, found, person_pack, sign_anew, version_pack

# A test's own transaction is open while it runs, and PostgreSQL seals nothing that an open one wrote.
pytestmark = pytest.mark.once


@pytest.fixture
def bare(db: None) -> Iterator[None]:
    """Take the triggers off, as who owns the database can."""
    drop_triggers(connection, every_trigger())
    yield
    create_triggers(connection, every_trigger())


def test_a_pack_is_checked_with_python_and_nothing_else(answered: User, tmp_path: Path) -> None:
    made = person_pack(answered)
    pack = tmp_path / "pack.zip"
    pack.write_bytes(made.content)
    program = tmp_path / "alone" / "verify.py"
    program.parent.mkdir()
    program.write_bytes(files_of(made)["verify.py"])

    status, said = alone(program, str(pack), "--key", SIGNER.public.hex())
    assert (status, said.count("\n")) == (verify.SOUND, 1), said
    status, said = alone(program, str(pack))
    assert status == verify.SOUND
    assert "No --key was given" in said
    assert alone(program, str(pack), "--key", OTHER.public.hex())[0] == verify.CHANGED


def test_a_pack_can_be_checked_where_it_was_unpacked(answered: User, tmp_path: Path) -> None:
    for path, content in files_of(person_pack(answered)).items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content)

    assert alone(tmp_path / "verify.py")[0] == verify.SOUND
    (tmp_path / "answer.json").write_text("[]")
    status, said = alone(tmp_path / "verify.py")
    assert status == verify.CHANGED
    assert "answer.json is not the file that was given out." in said


def test_each_file_altered_removed_or_added_is_found_out(answered: User, tmp_path: Path) -> None:
    files = files_of(person_pack(answered))
    assert found(files, tmp_path / "pack.zip") == []

    for path, content in files.items():
        for at in {0, len(content) // 2, len(content) - 1}:
            altered = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
            assert found(files | {path: altered}, tmp_path / "pack.zip"), (path, at)
        rest = {name: held for name, held in files.items() if name != path}
        # Without its list of files it is no pack at all.
        if path != "manifest.json":
            assert found(rest, tmp_path / "pack.zip"), path
    assert found(files | {"acts/more.json": b"{}"}, tmp_path / "pack.zip")


def test_a_pack_that_is_made_up_in_itself_fails_against_the_key(answered: User, tmp_path: Path) -> None:
    made = person_pack(answered)
    files = files_of(made)
    path = next(name for name in files if name.startswith("acts/"))
    act = json.loads(files[path])
    act["act"]["kind"] = "AGREED"
    act["entry"] = act["entry"].replace("ACKNOWLEDGED", "AGREED")
    files[path] = json.dumps(act).encode()

    # Whoever has not the key cannot sign the list; whoever has it cannot put the act under an old root.
    sign_anew(files, made, path, OTHER)
    assert any(sentence.startswith("manifest.note") for sentence in found(files, tmp_path / "pack.zip"))
    sign_anew(files, made, path)
    assert found(files, tmp_path / "pack.zip") == [f"{path} is not in the ledger as it stands here."]


def test_a_pack_about_a_person_names_nobody_else(answered: User, bob: User, approver: User) -> None:
    files = files_of(person_pack(answered))

    for name, content in files.items():
        for person in (bob, approver):
            assert person.email.encode() not in content, name
        assert b"Bob's own words" not in content, name
    identity = json.loads(files["identity.json"])
    assert identity["email"] == answered.email


def test_a_pack_says_what_was_shown_done_and_when(answered: User, first: PolicyVersion) -> None:
    files = files_of(person_pack(answered))

    act = Act.objects.get(user=answered)
    kept = json.loads(files[f"acts/{act.pk}.json"])
    assert kept["presentation"]["wording"] == act.presentation.wording
    assert kept["opening"]["note"] == "Seen on the train."
    assert files[f"texts/{act.text.sha256}.md"].decode() == act.text.body
    kinds = [event["kind"] for event in json.loads(files["timeline.json"])]
    assert kinds == ["PUBLISHED", "EFFECT", "ACKNOWLEDGED"]
    rules = json.loads(files["rules.json"])
    assert rules[0]["source"]
    [answered_with] = json.loads(files["answer.json"])
    assert (answered_with["version"], answered_with["basis"]) == (1, "acknowledged")
    assert answered_with["reasons"][-1]["acts"] == [str(act.pk)]


def in_words(sheet: bytes) -> str:
    """Give what a page of a pack says, without its markup."""
    return " ".join(re.sub("<[^>]*>", " ", unescape(sheet.decode())).split())


def test_an_answer_from_the_desk_is_told_as_one(
    alice: User, first: PolicyVersion, make_person: Callable[..., User]
) -> None:
    enter(first, alice, make_person("support", groups=("Support",)), at=EFFECT, note="Letter of 20 November.")

    files = files_of(person_pack(alice))

    told = in_words(files["report.html"])
    assert "acknowledged, 2026-03-03 09:00:00, entered at the desk" in told
    assert "Words on the screen of whoever entered it" in told
    assert "Note of whoever entered it Letter of 20 November." in told
    assert "The person’s own note" not in told
    [event] = [event for event in json.loads(files["timeline.json"]) if event["kind"] == "ACKNOWLEDGED"]
    assert event["words"] == "An answer of the person’s was entered at the desk: acknowledged."


def test_the_report_names_the_text_that_governed_and_what_each_of_the_words_was(answered: User) -> None:
    files = files_of(person_pack(answered))

    told = in_words(files["report.html"])
    text = Act.objects.get(user=answered).text
    assert f"Text: texts/{text.sha256}.md" in told
    assert told.index("what follows: “") < told.index("statement: “") < told.index("other button: “")


def test_a_pack_has_a_pdf_where_the_machine_can_draw_letters_and_else_says_why_not(answered: User) -> None:
    with_all = files_of(person_pack(answered))
    with patch("records.services.packs.as_pdf", return_value=None):
        files = files_of(person_pack(answered))

    assert "report.pdf" not in files
    assert "lacks Pango" in files["README.txt"].decode()
    if "report.pdf" in with_all:
        assert with_all["report.pdf"].startswith(b"%PDF")


def test_every_pack_made_is_recorded_and_entered(answered: User, first: PolicyVersion) -> None:
    made = person_pack(answered)
    version_pack(first)

    packs = Pack.objects.order_by("made_at", "version")
    assert {(pack.person, pack.version) for pack in packs} == {(answered, None), (None, first)}
    entry = LedgerEntry.objects.filter(kind=EntryKind.PACK).earliest("pk")
    body = json.loads(bytes(entry.body))
    assert (body["pack"], body["manifest"]) == (str(made.pack.pk), made.pack.manifest)
    assert sha256(files_of(made)["manifest.json"]).hexdigest() == made.pack.manifest
    assert answered.email not in str(body)
    assert verdicts(MADE_AT) == set()


def test_a_pack_about_a_version_tells_of_its_texts_approval_and_recall(
    answered: User, first: PolicyVersion, approver: User, tmp_path: Path
) -> None:
    recall_version(version_id=first.pk, reason="A mistake.", recalled_by=approver, now=EFFECT + HOUR)
    files = files_of(version_pack(first))

    assert found(files, tmp_path / "pack.zip") == []
    record = json.loads(files[f"versions/{first.policy.slug}-1.json"])
    assert record["recall"]["reason"] == "A mistake."
    assert set(record["texts"]) == {"de", "en"}
    assert len([name for name in files if name.endswith(".md")]) == 2
    for content in files.values():
        assert answered.email.encode() not in content


def test_a_page_that_looks_otherwise_fails_even_in_a_pack_that_was_signed(
    answered: User, first: PolicyVersion, tmp_path: Path
) -> None:
    made = version_pack(first)
    files, path = files_of(made), f"versions/{first.policy.slug}-1.json"
    version = json.loads(files[path])
    version["texts"]["en"]["html"] = "<p>We keep orders for a hundred years.</p>"
    files[path] = json.dumps(version).encode()
    sign_anew(files, made, path)

    assert found(files, tmp_path / "pack.zip") == [
        f"{path} looks otherwise on the page than what was published."
    ]


@pytest.mark.parametrize("part", ["published_at", "imported", "recall"])
def test_another_date_of_a_version_fails_even_in_a_pack_that_was_signed(
    answered: User, first: PolicyVersion, approver: User, tmp_path: Path, part: str
) -> None:
    recall_version(version_id=first.pk, reason="A mistake.", recalled_by=approver, now=EFFECT + HOUR)
    made = version_pack(first)
    files, path = files_of(made), f"versions/{first.policy.slug}-1.json"
    version = json.loads(files[path])
    long_ago = "1999-01-01T00:00:00.000000+00:00"
    others = {
        "published_at": long_ago,
        "imported": True,
        "recall": version["recall"] | {"at": long_ago},
    }
    files[path] = json.dumps(version | {part: others[part]}).encode()
    sign_anew(files, made, path)

    [wrong] = found(files, tmp_path / "pack.zip")
    assert wrong.startswith(f"{path} ")


def test_what_is_not_sealed_yet_is_said_to_be_incomplete(answered: User, tmp_path: Path) -> None:
    files = files_of(person_pack(answered))
    path = next(name for name in files if name.startswith("acts/"))
    record = json.loads(files[path]) | {"proof": None}
    check = verify.Check(SIGNER.name, SIGNER.public)

    check.hold(path, check.act, path, record)

    assert (check.changed, check.unsealed) == ([], [path])


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive", b"PK\x03\x04" + bytes(60)])
@pytest.mark.pure
def test_what_is_no_archive_is_not_called_sound(content: bytes, tmp_path: Path) -> None:
    pack = tmp_path / "pack.zip"
    pack.write_bytes(content)
    program = Path(verify.__file__)

    assert alone(program, str(pack))[0] == verify.CHANGED
    assert alone(program, str(tmp_path / "nowhere.zip"))[0] == verify.UNDECIDED
    assert alone(program, str(pack), "--key", "00")[0] == verify.UNDECIDED


@pytest.mark.pure
def test_the_program_imports_the_standard_library_alone_and_no_network() -> None:
    tree = ast.parse(Path(verify.__file__).read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert imported <= set(sys.stdlib_module_names)
    assert not imported & {"socket", "ssl", "urllib", "http", "subprocess", "ctypes", "importlib"}


def test_statuses_are_those_of_verify_ledger() -> None:
    assert tuple(Verdict) == (verify.SOUND, verify.CHANGED, verify.INCOMPLETE, verify.UNDECIDED)


def test_of_whom_evidence_was_given_out_can_be_erased_and_the_ledger_stays_sound(
    answered: User, first: PolicyVersion, tmp_path: Path
) -> None:
    lines = ["email,external_id,at,version,source", f"{answered.email},,2026-03-03T10:00:00+01:00,1,Old shop"]
    slug = first.policy.slug
    import_acceptances(slug=slug, rows=read_rows(lines), skip_bad=False, tell=print, now=MADE_AT)
    made = person_pack(answered)
    files = files_of(made)
    [path] = (name for name in files if name.startswith("taken_over/"))
    assert found(files, tmp_path / "pack.zip") == []
    assert path in {event["evidence"] for event in json.loads(files["timeline.json"])}
    check = verify.Check(SIGNER.name, SIGNER.public)
    record = json.loads(files[path])
    check.hold(path, check.taken_over, path, record | {"opening": record["opening"] | {"source": "Nothing"}})
    assert len(check.changed) == 1
    assert verdicts(MADE_AT) == set()

    erase_person(person_id=answered.pk, decided_by=None, now=MADE_AT)

    assert Pack.objects.get(pk=made.pack.pk).person is None
    assert verdicts(MADE_AT) == set()


def test_what_nobody_says_any_more_is_told_with_the_pack(
    alice: User, first: PolicyVersion, make_person: Callable[..., User], bare: None, tmp_path: Path
) -> None:
    act = enter(first, alice, make_person("support", groups=("Support",)), at=EFFECT)
    lines = ["email,at,version,source", f"{alice.email},2026-03-03T10:00+01:00,1,Old shop"]
    import_acceptances(slug="privacy", rows=read_rows(lines), skip_bad=False, tell=print, now=EFFECT)
    pack = tmp_path / "pack.zip"
    pack.write_bytes(person_pack(alice).content)
    assert verify.verified(pack, SIGNER.public.hex()).remarks == []

    Act.objects.update(acted_by=None)
    LegacyAcceptance.objects.update(salt=b"")
    pack.write_bytes(person_pack(alice).content)

    legacy = LegacyAcceptance.objects.get().pk
    check = verify.verified(pack, SIGNER.public.hex())
    assert check.changed == []
    assert check.remarks == [
        f"acts/{act.pk}.json does not say which acted_by was entered.",
        f"taken_over/legacy-{legacy}.json does not say whose acceptance it is.",
    ]


def test_what_is_hidden_between_the_files_of_an_archive_is_found_out(answered: User, tmp_path: Path) -> None:
    content = person_pack(answered).content
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        directory = opened.start_dir
    hidden = io.BytesIO()
    with zipfile.ZipFile(hidden, "w") as another:
        another.writestr("answer.json", "[]")
    commented = io.BytesIO(content)
    with zipfile.ZipFile(commented, "a") as opened:
        opened.comment = b"See the other file."
    packs = [
        content[:directory] + hidden.getvalue() + content[directory:],
        hidden.getvalue() + content,
        content + b"more",
        commented.getvalue(),
    ]
    place = tmp_path / "pack.zip"
    place.write_bytes(content)
    assert alone(Path(verify.__file__), str(place))[0] == verify.SOUND

    for altered in packs:
        place.write_bytes(altered)
        assert alone(Path(verify.__file__), str(place))[0] == verify.CHANGED


def test_what_was_entered_late_is_said(answered: User) -> None:
    record = {"entry": json.dumps({"entered_late": "2026-03-09T09:00:00+00:00"}), "proof": None}
    check = verify.Check(SIGNER.name, SIGNER.public)

    check.entry("acts/late.json", record)

    assert check.remarks == [
        "acts/late.json was entered at 2026-03-09T09:00:00+00:00, and is proved from then on only."
    ]


def test_a_key_that_has_not_signed_yet_gives_out_nothing(answered: User) -> None:
    person_pack(answered)
    # As on PostgreSQL while an older transaction is open: the new key is noted, and nothing can be sealed.
    with patch("acceptance.services.sealing.ready", return_value=[]), pytest.raises(KeyIsNew):
        make_person_pack(person=answered, at=MADE_AT, made_by=None, signer=OTHER, now=MADE_AT)

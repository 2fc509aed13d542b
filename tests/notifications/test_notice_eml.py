"""What was sent can be rebuilt, byte for byte, from what was kept of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from demo.sink import Sink
from notifications.models import Letter, Notice
from notifications.services import run_due
from policies.models import PolicyVersion
from tests.conftest import NOW

from .processes import MANAGE, running
from .records import at, notice_of, planned

pytestmark = pytest.mark.once


def test_every_message_is_rebuilt_as_the_mail_server_took_it(
    committed: None,
    make_person: Callable[..., User],
    version: PolicyVersion,
    mailbox: Sink,
    tmp_path: Path,
) -> None:
    people = [
        make_person("jurgen", language="de", country="DE"),
        make_person("zoe", language="fr", country="FR", time_zone="America/New_York"),
        make_person("umlaut"),
    ]
    User.objects.filter(pk=people[2].pk).update(email="leser@bücher.example")
    planned()
    run_due(clock=at(NOW))

    sent = {path.read_bytes() for path in mailbox.files()}
    rebuilt = {written_for(notice_of(person), tmp_path) for person in people}

    assert len(sent) == 3
    assert rebuilt == sent


def written_for(notice: Notice, folder: Path) -> bytes:
    """Give what the command writes, in a process of its own."""
    log = folder / f"{notice.pk}.eml"
    with running(*MANAGE, "notice_eml", str(notice.pk), log=log) as program:
        assert program.end() == 0
    return log.read_bytes()


def test_people_who_read_the_same_share_one_letter(
    make_person: Callable[..., User], version: PolicyVersion, mailbox: Sink
) -> None:
    for name in ("ann", "ben", "cem"):
        make_person(name, language="en", country="US")
    make_person("dora", language="de", country="DE")
    planned()

    run_due(clock=at(NOW))

    assert Letter.objects.count() == 2
    assert Notice.objects.values("letter").distinct().count() == 2


def test_a_notice_that_was_never_sent_has_no_message(alice: User, version: PolicyVersion) -> None:
    planned()

    with pytest.raises(CommandError, match=r"Nothing was sent for this notice\. Its state is PENDING\."):
        call_command("notice_eml", notice_of(alice).pk)


def test_an_unknown_notice_is_refused_by_its_number(db: None) -> None:
    with pytest.raises(CommandError, match=r"There is no notice 7\."):
        call_command("notice_eml", 7)

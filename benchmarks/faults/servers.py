"""Mail servers that put off, refuse, fall silent and hang, on PostgreSQL, a few dozen people each."""

import os
import signal
import time
from collections.abc import Iterator

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from notifications.models import Chunk, Notice, NoticeState

from .scene import Forked, Scene, scene, work

PEOPLE = {"small": 50, "full": 200}
# The number of the message in whose middle something happens.
MOMENT = 10
# People who are refused, by what their address holds.
UNWANTED = ("-000003@", "-000014@", "-000025@")
Line = dict[str, object]


def lines(_broker: str, folder: str, scale: str) -> Iterator[Line]:
    """Give a line for each case."""
    call_command("migrate", verbosity=0)
    # Nobody waits for half a minute to see that a server is silent.
    settings.EMAIL_TIMEOUT = 1
    people = PEOPLE[scale]
    for at, option in (("RCPT", "--refuse"), ("the final dot", "--refuse-message")):
        yield put_off(folder, people, at, option)
        yield refused(folder, people, at, option)
    yield not_let_in("banner 421, then let in", folder, people, "--busy", "1")
    yield not_let_in("a connection that stays silent, then let in", folder, people, "--mute", "1")
    yield silent_before_the_dot(folder, people)
    yield silent_after_the_dot(folder, people)
    yield half_open(folder, people)


def put_off(folder: str, people: int, at: str, option: str) -> Line:
    """Put some people off once with 451; they are told later."""
    replies = [argument for part in UNWANTED for argument in (option, f"{part}=451 4.3.0 Come again")]
    with scene(folder, people, *replies) as told:
        Forked(work).end()
        waiting = told.states()[NoticeState.RETRY]
        work_again(told)
        is_right = waiting == len(UNWANTED) and told.states()[NoticeState.ACCEPTED] == people
        return told.line(f"451 to {at}, once each", kills=0, unknowns=0, also=is_right)


def refused(folder: str, people: int, at: str, option: str) -> Line:
    """Refuse some people for good with 550; each is written down with the server's words."""
    replies = [argument for part in UNWANTED for argument in (option, f"{part}=550 5.7.1 Not for us")]
    with scene(folder, people, *replies) as told:
        Forked(work).end()
        failed = Notice.objects.filter(campaign=told.campaign, state=NoticeState.FAILED)
        is_right = (
            failed.filter(reply__startswith="550").count() == failed.count() == len(UNWANTED)
            and told.sink.count() == people - len(UNWANTED) == told.states()[NoticeState.ACCEPTED]
        )
        return told.line(f"550 to {at}", kills=0, unknowns=0, also=is_right)


def not_let_in(case: str, folder: str, people: int, *options: str) -> Line:
    """Let the first connection not come to anything; no notice is touched by that."""
    with scene(folder, people, *options) as told:
        Forked(work).end()
        is_untouched = told.sink.count() == 0 and told.states()[NoticeState.PENDING] == people
        work_again(told)
        is_right = is_untouched and told.states()[NoticeState.ACCEPTED] == people
        return told.line(case, kills=0, unknowns=0, also=is_right)


def silent_before_the_dot(folder: str, people: int) -> Line:
    """Time out before the message is sent: it is certain that it was not taken, so it is sent again."""
    with scene(folder, people, "--silent-before", str(MOMENT)) as told:
        Forked(work).end()
        is_put_off = told.states()[NoticeState.RETRY] == 1 and told.sink.count() == MOMENT - 1
        work_again(told)
        is_right = is_put_off and told.states()[NoticeState.ACCEPTED] == people
        return told.line("time-out before the final dot", kills=0, unknowns=0, also=is_right)


def silent_after_the_dot(folder: str, people: int) -> Line:
    """Time out after the message was sent: nobody knows, so it is named and not sent again."""
    with scene(folder, people, "--silent-at", str(MOMENT)) as told:
        Forked(work).end()
        work_again(told)
        is_right = told.states()[NoticeState.UNKNOWN] == 1 and told.sink.count() == people
        return told.line("time-out after the final dot", kills=0, unknowns=1, also=is_right)


def half_open(folder: str, people: int) -> Line:
    """Let the server hang while its system goes on taking what is sent; then it goes on."""
    with scene(folder, people, "--delay", "0.02") as told:
        worker = Forked(work)
        told.wait(MOMENT)
        os.kill(told.sink.pid, signal.SIGSTOP)
        worker.end()
        os.kill(told.sink.pid, signal.SIGCONT)
        time.sleep(0.1)
        is_paused = told.sink.count() < people
        work_again(told)
        return told.line("half-open connection", kills=0, unknowns=1, also=is_paused)


def work_again(told: Scene) -> None:
    """Let the time pass after which the server is tried again, and send what is due then."""
    now = timezone.now()
    Notice.objects.filter(campaign=told.campaign, due_at__isnull=False).update(due_at=now)
    Chunk.objects.filter(campaign=told.campaign, due_at__isnull=False).update(due_at=now)
    Forked(work).end()

"""Mail scanners open every link, run what is there and press every button: nobody has answered by that."""

import re
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from io import StringIO

import pytest
from django.core.management import call_command
from playwright.sync_api import Page

from acceptance.models import Act, Exposure, ReminderChoice
from accounts.models import User
from demo.sink import Sink
from notifications.services import plan_campaigns, run_due
from policies.models import PolicyVersion
from tests.acceptance.records import everything
from tests.notifications.letters import Letter
from tests.notifications.records import at

from .steps import DAY, NEW_BODY, accept

pytestmark = [pytest.mark.browser, pytest.mark.once]

PRESSABLE = "button, input[type=submit], input[type=button], input[type=image], [role=button], summary"
MOMENT = 300
# As a script presses it, whether it is in sight or not and whatever the form still lacks.
PRESS = "element => { if (element.form) element.form.noValidate = true; element.click(); }"


def links_of(message: EmailMessage) -> list[str]:
    """Give every address of a letter: in its text, in its HTML and in its headers."""
    letter = Letter(message)
    found = {*letter.links, *re.findall(r"https?://[^\s>]+", letter.text)}
    found.update(re.findall(r"<(https?://[^>]+)>", message.get("List-Unsubscribe", "")))
    return sorted(link for link in found if link.startswith("http"))


def scan(window: Page, link: str) -> int:
    """Open a link and press each button of the page, each on a page of its own; gives how many there were."""
    window.goto(link, wait_until="networkidle")
    count = window.locator(PRESSABLE).count()
    for number in range(count):
        window.goto(link, wait_until="networkidle")
        window.locator(PRESSABLE).nth(number).evaluate(PRESS)
        # Whether a button leads anywhere shows only after a moment.
        window.wait_for_timeout(MOMENT)
        window.wait_for_load_state("networkidle")
    return count


def rows_but_choices() -> dict[str, list[tuple[object, ...]]]:
    """Give every row of ours, exposures too, but for the choices about reminders."""
    rows = everything() | {"exposures": sorted(Exposure.objects.values_list())}
    return {name: found for name, found in rows.items() if name != ReminderChoice._meta.label}


def test_a_scanner_that_presses_every_button_of_every_link_answers_for_nobody(
    *,
    visit: Callable[..., Page],
    first: PolicyVersion,
    make_version: Callable[..., PolicyVersion],
    customer: User,
    mailbox: Sink,
    now: datetime,
) -> None:
    accept(customer, now - 28 * DAY)
    told_at = now - 20 * DAY
    User.objects.filter(pk=customer.pk).update(date_joined=now - 50 * DAY)
    make_version(body=NEW_BODY, published_at=told_at, effective_at=told_at + 31 * DAY)
    plan_campaigns(now=told_at)
    run_due(clock=at(told_at))
    call_command("run_notices", stdout=StringIO())
    notice, reminder = (message for message in mailbox.messages() if message["To"] == customer.email)
    before, acts = rows_but_choices(), Act.objects.count()
    window = visit()

    pressed = {link: scan(window, link) for link in links_of(notice)}
    untouched = ReminderChoice.objects.count()
    pressed |= {link: scan(window, link) for link in links_of(reminder)}

    assert any("/me/review/" in link for link in pressed)
    assert sum(pressed.values()) > 3
    assert (Act.objects.count(), rows_but_choices()) == (acts, before)
    # What the link in a reminder is there for: one button, without signing in. It can be taken back.
    assert untouched == 0
    assert [choice.user_id for choice in ReminderChoice.objects.all()] == [customer.pk]
    assert len(mailbox.messages()) == 2

"""Send one message to many with django-post_office, in a process of its own; prints the seconds it took."""

import argparse
import os
import time
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.post_office_settings"
django.setup()

from django.core.files.base import ContentFile  # noqa: E402 - models need the set-up above
from django.core.management import call_command  # noqa: E402 - the same
from post_office import mail  # noqa: E402 - the same
from post_office.models import STATUS, Email  # noqa: E402 - the same
from post_office.utils import create_attachments  # noqa: E402 - the same


def main() -> None:
    """Queue the message for everyone, then time `send_queued_mail`, as its documentation runs it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("message", type=Path)
    parser.add_argument("people", type=int)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    queue(
        BytesParser(EmailMessage, policy=policy.default).parsebytes(options.message.read_bytes()),
        options.people,
    )
    started = time.perf_counter()
    call_command("send_queued_mail", processes=1)
    took = time.perf_counter() - started
    sent = Email.objects.filter(status=STATUS.sent).count()
    if sent != options.people:
        raise LookupError(f"django-post_office sent {sent} messages of {options.people}.")
    print(took)


def queue(message: EmailMessage, people: int) -> None:
    """Queue what the message holds for so many people, its attachment stored once."""
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    if plain is None or html is None:
        raise LookupError("The message has no text.")
    emails = mail.send_many(
        [
            {
                "recipients": f"person-{number:06d}@crowd.example",
                "sender": message["From"],
                "subject": message["Subject"],
                "message": plain.get_content(),
                "html_message": html.get_content(),
                "headers": {"Auto-Submitted": "auto-generated"},
            }
            for number in range(people)
        ]
    )
    files = {part.get_filename(): ContentFile(part.get_content()) for part in message.iter_attachments()}
    attached = Email.attachments.through
    attached.objects.bulk_create(
        attached(email_id=email.pk, attachment_id=attachment.pk)
        for attachment in create_attachments(files)
        for email in emails
    )


if __name__ == "__main__":
    main()

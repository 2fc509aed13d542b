"""Read what mail servers report of a message: RFC 3464 delivery reports and RFC 5965 complaints."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import EmailPolicy
from enum import StrEnum
from itertools import islice

logger = logging.getLogger(__name__)

# What is quoted of a report must fit its column.
DIAGNOSTIC_LENGTH = 300
# Reports say what they have to say at their beginning, in two or three parts (RFC 6522) and in short
# fields. What goes beyond is not looked at: the parser takes minutes over a message that is made for it.
LOOKED_AT = 256 * 1024
PARTS = 5
FIELD_LENGTH = 2000
LONGEST_ADDRESS = 254

ADDRESS = re.compile(r"""[^\s<>(),;:"@]+@[^\s<>(),;:"@]+""")
# Status codes of RFC 3463, which are at most 2.999.999.
STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")

DELIVERY_STATUS = ("message/delivery-status", "message/global-delivery-status")
ORIGINAL = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")
FEEDBACK = "message/feedback-report"

# Of the types of feedback, RFC 5965 and RFC 6430, these say that somebody did not want the message.
COMPLAINTS = ("abuse", "fraud", "virus", "other", "opt-out", "opt-out-list")

Fields = dict[str, list[str]]


class ShortFields(EmailPolicy):
    """Reads mail as it is written today (RFC 5322), but no more than the beginning of each field."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Give the name and the beginning of the value of a field."""
        name, value = super().header_source_parse(sourcelines)
        return name, value[:FIELD_LENGTH]


SHORT = ShortFields()


class ReportKind(StrEnum):
    """What a report says became of a message, the gravest first."""

    COMPLAINED = "COMPLAINED"
    BOUNCED = "BOUNCED"
    DELAYED = "DELAYED"
    DELIVERED = "DELIVERED"


# The actions of RFC 3464, section 2.3.3. "relayed" is left out, for it says no more than that the
# message went on to a server that sends no reports.
ACTIONS = {
    "failed": ReportKind.BOUNCED,
    "delayed": ReportKind.DELAYED,
    "delivered": ReportKind.DELIVERED,
    "expanded": ReportKind.DELIVERED,
}


@dataclass(frozen=True)
class Report:
    """What one report says of one recipient.

    `status` is a code of RFC 3463 or empty. `came_to` are the addresses at which the report arrived,
    or from which the message went out; one of them is the envelope sender of the notice.
    """

    kind: ReportKind
    recipient: str
    status: str
    diagnostic: str
    message_id: str
    came_to: tuple[str, ...]


def read_report(raw: bytes) -> Report | None:
    """Give what the message `raw` reports, or None where it is no report; never raises.

    A report on several recipients, into which an address was expanded on the way, gives the gravest
    of what became of them: each of our messages has one recipient.
    """
    try:
        message = BytesParser(policy=SHORT).parsebytes(raw[:LOOKED_AT])
        reports = [*complaints_in(message), *deliveries_in(message)]
    except Exception:
        # Some broken headers make the parser of the standard library raise errors of every kind.
        logger.exception("A message cannot be read.")
        return None
    gravity = list(ReportKind)
    return min(reports, key=lambda report: gravity.index(report.kind), default=None)


def complaints_in(message: Message) -> Iterator[Report]:
    """Give the complaint that `message` is (RFC 5965)."""
    original, came_to = original_of(message), arrival_of(message)
    for part in parts_of(message, FEEDBACK):
        for fields in groups_of(part):
            if first(fields, "feedback-type").lower() in COMPLAINTS:
                yield Report(
                    kind=ReportKind.COMPLAINED,
                    recipient=address_in(fields, "original-rcpt-to") or address_in(original, "to"),
                    status="",
                    diagnostic=first(fields, "feedback-type")[:DIAGNOSTIC_LENGTH],
                    message_id=first(original, "message-id"),
                    came_to=(
                        *addresses_in(fields, "original-mail-from"),
                        *addresses_in(original, "return-path"),
                        *came_to,
                    ),
                )


def deliveries_in(message: Message) -> Iterator[Report]:
    """Give what `message` says of each recipient (RFC 3464)."""
    message_id, came_to = first(original_of(message), "message-id"), arrival_of(message)
    for part in parts_of(message, *DELIVERY_STATUS):
        for fields in groups_of(part):
            kind = ACTIONS.get(first(fields, "action").partition(" ")[0].lower())
            if kind:
                diagnostic = without_type(first(fields, "diagnostic-code"))
                yield Report(
                    kind=kind,
                    recipient=address_in(fields, "original-recipient")
                    or address_in(fields, "final-recipient"),
                    status=status_in(first(fields, "status"), diagnostic),
                    diagnostic=diagnostic[:DIAGNOSTIC_LENGTH],
                    message_id=message_id,
                    came_to=came_to,
                )


def parts_of(message: Message, *kinds: str) -> Iterator[Message]:
    """Give the parts of a report that are of one of `kinds`, and none of the message it encloses.

    An enclosed message is what a stranger wrote: a report in it is no report of this server's.
    """
    if message.get_content_type() != "multipart/report" or not message.is_multipart():
        return
    for part in islice(message.get_payload(), PARTS):
        if isinstance(part, Message) and part.get_content_type() in kinds:
            yield part


def groups_of(part: Message) -> Iterator[Fields]:
    """Give the groups of fields of a part, which blank lines divide.

    The parser divides those of message/delivery-status itself, and of the other types the first alone.
    """
    payload = part.get_payload()
    for block in payload if isinstance(payload, list) else [part]:
        if not isinstance(block, Message):
            continue
        if block is not part:
            yield fields_of(block)
        for group in re.split(rb"\r?\n\r?\n", text_of(block)):
            yield fields_of(BytesHeaderParser(policy=SHORT).parsebytes(group.lstrip(b"\r\n")))


def original_of(message: Message) -> Fields:
    """Give the fields of the message that a report is about, where it encloses them."""
    for part in parts_of(message, *ORIGINAL):
        payload = part.get_payload()
        if isinstance(payload, list) and payload and isinstance(payload[0], Message):
            return fields_of(payload[0])
        return fields_of(BytesHeaderParser(policy=SHORT).parsebytes(text_of(part)))
    return {}


def text_of(part: Message) -> bytes:
    """Give the text of a part, decoded for transport; nothing of one that encloses messages."""
    text = part.get_payload(decode=True)
    return text if isinstance(text, bytes) else b""


def arrival_of(message: Message) -> tuple[str, ...]:
    """Give the addresses at which a message arrived; the envelope's come before what it says itself."""
    fields = fields_of(message)
    return tuple(
        address
        for name in ("delivered-to", "x-original-to", "envelope-to", "to")
        for address in addresses_in(fields, name)
    )


def fields_of(message: Message) -> Fields:
    """Give the fields of a message by name in lower case, as plain text.

    It reads them raw, because a field that is no well-formed address is not to be parsed as one.
    """
    found: Fields = {}
    for name, value in message.raw_items():
        found.setdefault(name.lower(), []).append(plain(str(value)))
    return found


def plain(value: str) -> str:
    """Give `value` on one line, and without what a database refuses: NUL and broken UTF-8."""
    whole = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return " ".join("".join(char if char.isprintable() else " " for char in whole).split())


def first(fields: Fields, name: str) -> str:
    """Give the first field of a name, or nothing."""
    return fields.get(name, [""])[0]


def addresses_in(fields: Fields, name: str) -> list[str]:
    """Give the mail addresses in all fields of a name."""
    found = [address for value in fields.get(name, []) for address in ADDRESS.findall(value)]
    return [address for address in found if len(address) <= LONGEST_ADDRESS]


def address_in(fields: Fields, name: str) -> str:
    """Give the first mail address in the fields of a name, or nothing."""
    return next(iter(addresses_in(fields, name)), "")


def without_type(value: str) -> str:
    """Give a field's value without the type before it, as in "smtp; 550 5.1.1 No such user"."""
    kind, mark, rest = value.partition(";")
    return rest.strip() if mark and kind.strip().replace("-", "").isalnum() else value


def status_in(status: str, diagnostic: str) -> str:
    """Give the status code of RFC 3463, or nothing.

    Exim says 5.0.0 of every failure, and quotes the receiving server's own code in the diagnostic.
    """
    found, quoted = STATUS.search(status), STATUS.search(diagnostic)
    if quoted and (found is None or found[1].endswith(".0.0")):
        return quoted[1]
    return found[1] if found else ""

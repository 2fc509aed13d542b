"""Hand one message to a mail server, and say for certain what is known of it afterwards."""

import smtplib
from dataclasses import dataclass, replace
from enum import Enum

from accounts.mailboxes import Mailbox

# Reply codes of RFC 5321, section 4.2.
TAKEN, GO_ON, TRANSIENT, PERMANENT = 250, 354, 400, 500


class Fate(Enum):
    """What is known of a message after the attempt."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    LATER = "later"
    UNKNOWN = "unknown"
    UNBUILT = "unbuilt"

    @property
    def is_accepted(self) -> bool:
        """Whether the server took the message."""
        return self is Fate.ACCEPTED


@dataclass(frozen=True)
class Outcome:
    """The fate of a message, the server's reply, and whether the connection can be used again.

    `is_about_us` tells a refusal of the sender, which every other message would meet too.
    """

    fate: Fate
    reply: str
    is_connected: bool = True
    is_about_us: bool = False


def deliver(smtp: smtplib.SMTP, *, sender: str, recipient: Mailbox, message: bytes) -> Outcome:
    """Send `message` (with CRLF line ends) over an open connection, per RFC 5321.

    Before the final dot a failure is certain: nothing was taken. After it, a lost connection leaves
    the fate unknown, and the message is not sent again on a guess.
    """
    if recipient.is_international and not smtp.has_extn("smtputf8"):
        return Outcome(Fate.REFUSED, "The mail server takes no address with such letters.")
    try:
        refused = announce(smtp, sender, recipient)
    except (OSError, smtplib.SMTPException) as error:
        return Outcome(Fate.LATER, describe(error), is_connected=False)
    return reset(smtp, refused) if refused else send_data(smtp, message)


def announce(smtp: smtplib.SMTP, sender: str, recipient: Mailbox) -> Outcome | None:
    """Say from whom and to whom a message is, and that it comes; gives the refusal where there is one.

    All at once where the server takes that (RFC 2920), which spares two round trips for each message.
    """
    international = " SMTPUTF8" if recipient.is_international else ""
    commands = (f"MAIL FROM:<{sender}>{international}", f"RCPT TO:<{recipient.address}>", "DATA")
    if not smtp.has_extn("pipelining"):
        for command in commands:
            smtp.send(f"{command}\r\n".encode())
            if refused := refusal_of(command, *smtp.getreply()):
                return refused
        return None
    smtp.send("".join(f"{command}\r\n" for command in commands).encode())
    replies = [(command, *smtp.getreply()) for command in commands]
    refused = next(filter(None, (refusal_of(*reply) for reply in replies)), None)
    if refused and replies[-1][1] == GO_ON:
        # The server waits for a message without a recipient, so it gets an empty one.
        smtp.send(b".\r\n")
        smtp.getreply()
    return refused


def refusal_of(command: str, code: int, reply: bytes) -> Outcome | None:
    """Give the refusal that a reply to a command is, or None. Who refuses the sender refuses us."""
    if code == GO_ON or (code < TRANSIENT and command != "DATA"):
        return None
    if command.startswith("MAIL"):
        return Outcome(Fate.LATER, quote(code, reply), is_about_us=code >= PERMANENT)
    return refusal(code, reply)


def send_data(smtp: smtplib.SMTP, message: bytes) -> Outcome:
    """Send the message itself and its final dot."""
    try:
        smtp.send(dot_stuffed(message))
    except (OSError, smtplib.SMTPException) as error:
        # What could not be sent whole went without its end, which is the final dot.
        return Outcome(Fate.LATER, describe(error), is_connected=False)
    try:
        code, reply = smtp.getreply()
    except (OSError, smtplib.SMTPException) as error:
        return Outcome(Fate.UNKNOWN, describe(error), is_connected=False)
    if code == TAKEN:
        return Outcome(Fate.ACCEPTED, quote(code, reply))
    if code < TRANSIENT:
        return Outcome(Fate.UNKNOWN, quote(code, reply), is_connected=False)
    return refusal(code, reply)


def reset(smtp: smtplib.SMTP, outcome: Outcome) -> Outcome:
    """Begin anew after a refusal; some servers hang up with it, which leaves the refusal as it is."""
    try:
        smtp.rset()
    except (OSError, smtplib.SMTPException):
        return replace(outcome, is_connected=False)
    return outcome


def dot_stuffed(message: bytes) -> bytes:
    """Give `message` with leading dots doubled and the final dot (RFC 5321, section 4.5.2)."""
    doubled = message.replace(b"\r\n.", b"\r\n..")
    if doubled.startswith(b"."):
        doubled = b"." + doubled
    return doubled + (b".\r\n" if doubled.endswith(b"\r\n") else b"\r\n.\r\n")


def refusal(code: int, reply: bytes) -> Outcome:
    """Give the outcome of a reply that is no acceptance: final from 500 on, else to be tried later."""
    fate = Fate.REFUSED if code >= PERMANENT else Fate.LATER
    return Outcome(fate, quote(code, reply))


def quote(code: int, reply: bytes) -> str:
    """Give the server's reply in a form that fits a column."""
    return f"{code} {reply.decode('utf-8', 'replace')}"[:300]


def describe(error: Exception) -> str:
    """Give an error in a form that fits a column and names no address."""
    return f"{type(error).__name__}: connection lost"[:300]

"""Hand one message to a mail server, and say for certain what is known of it afterwards."""

import smtplib
from dataclasses import dataclass
from enum import Enum

# Reply codes of RFC 5321, section 4.2.
TAKEN, GO_ON, TRANSIENT, PERMANENT = 250, 354, 400, 500


class Fate(Enum):
    """What is known of a message after the attempt."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    LATER = "later"
    UNKNOWN = "unknown"

    @property
    def is_accepted(self) -> bool:
        """Whether the server took the message."""
        return self is Fate.ACCEPTED


@dataclass(frozen=True)
class Outcome:
    """The fate of a message, the server's reply, and whether the connection can be used again."""

    fate: Fate
    reply: str
    is_connected: bool = True


def deliver(smtp: smtplib.SMTP, *, sender: str, recipient: str, message: bytes) -> Outcome:
    """Send `message` (with CRLF line ends) over an open connection, per RFC 5321.

    Before the final dot a failure is certain: nothing was taken. After it, a lost connection leaves
    the fate unknown, and the message is not sent again on a guess.
    """
    try:
        for code, reply in (smtp.mail(sender), smtp.rcpt(recipient)):
            if code >= TRANSIENT:
                smtp.rset()
                return refusal(code, reply)
        code, reply = smtp.docmd("DATA")
        if code != GO_ON:
            smtp.rset()
            return refusal(code, reply)
    except (OSError, smtplib.SMTPException) as error:
        return Outcome(Fate.LATER, describe(error), is_connected=False)
    return send_data(smtp, message)


def send_data(smtp: smtplib.SMTP, message: bytes) -> Outcome:
    """Send the message itself and its final dot."""
    try:
        smtp.send(dot_stuffed(message))
        code, reply = smtp.getreply()
    except (OSError, smtplib.SMTPException) as error:
        return Outcome(Fate.UNKNOWN, describe(error), is_connected=False)
    if code == TAKEN:
        return Outcome(Fate.ACCEPTED, f"{code} {reply.decode('utf-8', 'replace')}"[:300])
    return refusal(code, reply)


def dot_stuffed(message: bytes) -> bytes:
    """Give `message` with leading dots doubled and the final dot (RFC 5321, section 4.5.2)."""
    doubled = message.replace(b"\r\n.", b"\r\n..")
    if doubled.startswith(b"."):
        doubled = b"." + doubled
    return doubled + (b".\r\n" if doubled.endswith(b"\r\n") else b"\r\n.\r\n")


def refusal(code: int, reply: bytes) -> Outcome:
    """Give the outcome of a reply that is no acceptance: final from 500 on, else to be tried later."""
    fate = Fate.REFUSED if code >= PERMANENT else Fate.LATER
    return Outcome(fate, f"{code} {reply.decode('utf-8', 'replace')}"[:300])


def describe(error: Exception) -> str:
    """Give an error in a form that fits a column and names no address."""
    return f"{type(error).__name__}: connection lost"[:300]

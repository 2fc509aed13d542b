"""What mail servers report, in the words of those that are most in use."""

import io
from pathlib import Path

from django.core.management import call_command

ALICE = ["alice@example.com"]
SAMPLES = Path(__file__).parent / "samples"
MESSAGE_ID = "<7d0c0a4e-5d0b-5b38-9a53-6d4b2f1a9d11@fernhill.example>"
VERP = "bounces+4711-abcdefghijklmnop@fernhill.example"


def sample(name: str, verp: str = VERP) -> bytes:
    """Give a report as it arrived: `postfix`, `exim`, `exchange`, `gmail`, `delivered` or `complaint`."""
    return (SAMPLES / f"{name}.eml").read_bytes().replace(b"VERP", verp.encode())


def status_report(
    verp: str = VERP, *, action: str = "failed", status: str = "5.1.1", note: str = ""
) -> bytes:
    """Give a short delivery report (RFC 3464) that says one thing."""
    return (
        f"To: {verp}\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n"
        f"\n--b\nContent-Type: text/plain\n\n{note}\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.com\n\n"
        f"Final-Recipient: rfc822; alice@example.com\nAction: {action}\nStatus: {status}\n\n--b--\n"
    ).encode()


def read(*arguments: str) -> str:
    """Run `manage.py read_bounces`; give what it says."""
    output = io.StringIO()
    call_command("read_bounces", *arguments, stdout=output)
    return output.getvalue()


def line(total: int, **counts: int) -> str:
    """Give the line of counts that the command prints."""
    words = ("recorded", "known already", "no report", "refused", "too large", "left for later")
    told = ", ".join(f"{word} {counts.get(word.replace(' ', '_'), 0)}" for word in words)
    return f"Read {total}: {told}.\n"

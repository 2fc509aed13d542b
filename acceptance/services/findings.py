"""What a verification of the ledger can find."""

from dataclasses import dataclass
from enum import IntEnum


class Verdict(IntEnum):
    """What became of the verification; the exit status of the command."""

    SOUND = 0
    TAMPERED = 1
    INCOMPLETE = 2
    UNDECIDED = 3


@dataclass(frozen=True)
class Finding:
    """Something that is not as it must be, in a sentence that names nobody."""

    verdict: Verdict
    sentence: str


def missing(name: str) -> Finding:
    """Give a finding about what has no entry. It may be older than the ledger."""
    advice = "If it is older than the ledger, run manage.py seal_ledger --enter-missing."
    return Finding(Verdict.INCOMPLETE, f"{name} is not in the ledger. {advice}")


def tampered(sentence: str) -> Finding:
    """Give a finding that nothing but a change behind the site's back explains."""
    return Finding(Verdict.TAMPERED, sentence)

"""What this app announces to those above it."""

from dataclasses import dataclass

from django.dispatch import Signal

# Sent after the commit that published a version. Arguments: version_id (int).
# A doorbell, not a letter: the row in the database is the letter, and is found without it.
version_published = Signal()

# Sent in the transaction that is about to publish or recall a version, before its instant is fixed. Whoever
# hears it holds off what belongs behind it until the commit, and answers with the instant of the last thing
# that came before it, or None. Arguments: policy_id (int).
holding = Signal()

# Sent in the transaction that publishes or recalls a version, before it commits: whoever raises stops it.
# Arguments: version (PolicyVersion), or recall (Recall).
publishing = Signal()
recalling = Signal()

# Sent when the text of a version is put before a reader. Arguments: request, version_ids (list of int).
text_viewed = Signal()


@dataclass(frozen=True)
class Waiting:
    """Something that somebody at the desk has to see to, or wants to follow, and the page for it."""

    sentence: str
    address: str
    is_urgent: bool = False


# Sent when the desk is opened. Each receiver answers with the list of what waits there for the person, as
# `Waiting`, after as many queries whatever waits. Arguments: person (User), now (datetime).
desk_opened = Signal()

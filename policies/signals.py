"""What this app announces to those above it."""

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

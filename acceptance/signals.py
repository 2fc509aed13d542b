"""What this app announces to those above it."""

from django.dispatch import Signal

# Sent while the ledger is verified, with all of the database as it stood at one moment. Each receiver answers
# with the findings about what it has entered, as an iterable of `Finding`. Arguments: now (datetime).
verifying = Signal()

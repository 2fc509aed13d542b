"""Addresses of what is given out to a person, and to everybody who watches the ledger."""

from django.urls import path

from .views import ledger, receipts

public_patterns = [
    path("receipts/<uuid:act_id>/", receipts.receipt, name="receipt"),
]

ledger_patterns = [
    path("checkpoint.txt", ledger.checkpoint, name="checkpoint"),
    path("keys.txt", ledger.keys, name="keys"),
    path("verify.py", ledger.program, name="program"),
]

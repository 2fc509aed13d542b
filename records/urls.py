"""Addresses of what a person sees and does about their own data, of the desk, and of the ledger."""

from django.urls import path

from .views import desk, details, ledger, me, packs, receipts

public_patterns = [
    path("details/", details.details, name="details"),
    path("address/", details.address, name="address"),
    path("address/<str:token>/", details.confirm_address, name="confirm_address"),
    path("export/", me.export, name="export"),
    path("export.json", me.export_json, name="export_json"),
    path("erasure/", me.erasure, name="erasure"),
    path("receipts/<uuid:act_id>/", receipts.receipt, name="receipt"),
    path("receipts/<uuid:act_id>/read/", receipts.read_receipt, name="read_receipt"),
]

ledger_patterns = [
    path("checkpoint.txt", ledger.checkpoint, name="checkpoint"),
    path("keys.txt", ledger.keys, name="keys"),
    path("verify.py", ledger.program, name="program"),
]

desk_patterns = [
    path("evidence/", packs.evidence, name="evidence"),
    path("versions/<int:version_id>/evidence/", packs.version_evidence, name="version_evidence"),
    path("erasures/", desk.erasures, name="erasures"),
    path("erasures/<int:request_id>/carry-out/", desk.carry_out, name="carry_out_erasure"),
    path("erasures/<int:request_id>/refuse/", desk.refuse, name="refuse_erasure"),
    path("holds/", desk.holds, name="holds"),
    path("holds/<int:hold_id>/lift/", desk.lift, name="lift_hold"),
]

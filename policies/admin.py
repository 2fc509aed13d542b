"""Notice rules, which counsel edits. Versions and texts are written at the desk, never here."""

from django.contrib import admin

from .models import NoticeRule, Policy


@admin.register(NoticeRule)
class NoticeRuleAdmin(admin.ModelAdmin[NoticeRule]):
    """The rules, one line each."""

    list_display = (
        "policy_kind",
        "change_class",
        "jurisdiction",
        "min_notice_days",
        "assent",
        "grace_days",
        "later_times",
        "is_deemed_by_use",
        "source",
    )
    list_filter = ("policy_kind", "change_class", "jurisdiction")
    ordering = ("policy_kind", "change_class", "jurisdiction")


@admin.register(Policy)
class PolicyAdmin(admin.ModelAdmin[Policy]):
    """The name and kind of a policy."""

    list_display = ("slug", "name", "kind", "default_language")
    ordering = ("slug",)

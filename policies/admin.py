"""Notice rules, which counsel edits. Versions and texts are written at the desk, never here."""

from django.contrib import admin
from django.http import HttpRequest

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

    def get_readonly_fields(
        self,
        request: HttpRequest,  # noqa: ARG002 - as Django calls it
        obj: Policy | None = None,
    ) -> tuple[str, ...]:
        """Give what nobody changes once something is published: links lead to it, and rules hang on it."""
        is_published = obj is not None and obj.versions.filter(published_at__isnull=False).exists()
        return ("slug", "kind") if is_published else ()

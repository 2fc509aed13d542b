"""The files of a pack about a version: what it says, since when, who approved it, how people were told."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count
from django.utils.safestring import mark_safe

from acceptance.models import Checkpoint
from notifications.models import Campaign, Notice
from policies.canonical import instant
from policies.comparisons import published
from policies.models import Approval, PolicyVersion
from policies.selectors import Demand, Publication, load_register, load_rule_book_at

from ..papers import as_json, comparison_page, paper
from ..selectors import version_record


def version_files(version: PolicyVersion, *, checkpoint: Checkpoint | None) -> dict[str, bytes]:
    """Give the files about a published version, by path. Of people there are numbers alone.

    Staff who approved it are named: they did so for the shop.
    """
    register = load_register()
    entry = register.by_id[version.pk]
    before = register.before(entry)
    files = version_file(version, checkpoint) | text_files(version, entry.texts)
    for language, text in entry.texts.items() if before else ():
        old = before.text(language) if before else text
        heading = f"{text.title}: {before.number if before else 0} → {entry.number}"
        path = f"comparisons/{entry.slug}-{before.number if before else 0}-{entry.number}-{language}.html"
        files[path] = comparison_page(published(old), published(text), heading)
    approvals = [approval_record(approval) for approval in version.approvals.select_related("approver")]
    campaigns = [campaign_record(campaign) for campaign in Campaign.objects.filter(version=version)]
    files |= {
        "approvals.json": as_json(approvals),
        "campaigns.json": as_json(campaigns),
        "rules.json": as_json(rule_records(entry)),
    }
    files["report.html"] = paper(
        "version.html",
        entry=entry,
        before=before,
        version=version,
        approvals=approvals,
        campaigns=campaigns,
        texts=entry.texts.values(),
        comparisons=[path for path in files if path.startswith("comparisons/")],
    )
    return files


def version_file(version: PolicyVersion, checkpoint: Checkpoint | None) -> dict[str, bytes]:
    """Give the record of a version."""
    path = f"versions/{version.policy.slug}-{version.number}.json"
    return {path: as_json(version_record(version, checkpoint))}


def text_files(version: PolicyVersion, languages: Iterable[str]) -> dict[str, bytes]:
    """Give the texts of a version in some languages, as they were written and as they were shown.

    Where it has none of these languages, people are shown the text in the policy's own.
    """
    wanted = {*languages}
    texts = list(version.texts.all())
    own = [text for text in texts if text.language == version.policy.default_language]
    chosen = [text for text in texts if text.language in wanted] or own or texts
    files = {}
    for text in chosen:
        files[f"texts/{text.sha256}.md"] = text.body.encode()
        # It was sanitised when it was rendered, and has not changed since it was published.
        html = mark_safe(text.html)  # noqa: S308 - see above
        files[f"texts/{text.sha256}.html"] = paper(
            "text.html", text=text, version=version, html=html, language=text.language
        )
    return files


def approval_record(approval: Approval) -> dict[str, Any]:
    """Give who approved what, and when."""
    return {
        "approved_by": approval.approver.email,
        "approved_at": instant(approval.approved_at),
        "fingerprint": approval.fingerprint,
    }


def campaign_record(campaign: Campaign) -> dict[str, Any]:
    """Give how far a campaign came: how many notices are in each state, wave by wave."""
    states = Notice.objects.filter(campaign=campaign).values("wave", "state").annotate(count=Count("pk"))
    return {
        "kind": campaign.kind,
        "state": campaign.state,
        "reason": campaign.reason,
        "created_at": instant(campaign.created_at),
        "finished_at": instant(campaign.finished_at),
        "notices": [dict(row) for row in states.order_by("wave", "state")],
    }


def rule_records(entry: Publication) -> list[dict[str, Any]]:
    """Give what the rules asked as the version was published, place by place."""
    demands = load_rule_book_at(entry.published_at).demands
    return [
        demand_record(demand)
        for (kind, change_class, _place), demand in sorted(demands.items())
        if (kind, change_class) == (entry.kind, entry.change_class)
    ]


def demand_record(demand: Demand) -> dict[str, Any]:
    """Give what a rule asks."""
    return {
        "jurisdiction": demand.jurisdiction,
        "notice_days": demand.min_notice_days,
        "is_told": demand.is_told,
        "assent": demand.assent,
        "grace_days": demand.grace_days,
        "later_times": demand.later_times,
        "reminder_days": list(demand.reminder_days),
        "continued_use_is_acceptance": demand.is_deemed_by_use,
        "source": demand.source,
    }

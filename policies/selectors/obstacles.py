"""What stands against publishing a draft, in sentences that quote the rule."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.moments import for_reader

from ..fingerprints import version_fingerprint
from ..models import ChangeClass, NoticeRule, PolicyText, PolicyVersion
from .writers import writers_of

APPROVERS_OF_EXCEPTIONS = 2


def obstacles(version: PolicyVersion, *, now: datetime) -> list[str]:
    """Say, a sentence each, what stands against publishing the draft `version` at `now`."""
    predecessor = (
        PolicyVersion.objects.filter(policy=version.policy, published_at__isnull=False)
        .order_by("-number")
        .first()
    )
    texts = list(version.texts.order_by("language"))
    return [
        *base_obstacles(version, predecessor),
        *text_obstacles(version, texts, predecessor),
        *explanation_obstacles(version, texts, predecessor),
        *notice_obstacles(version, predecessor, now),
        *approval_obstacles(version),
    ]


def base_obstacles(version: PolicyVersion, predecessor: PolicyVersion | None) -> list[str]:
    """Say that a version was published since the draft was begun, which would undo its changes."""
    if predecessor is None or version.base_number == predecessor.number:
        return []
    return [
        _(
            "Version %(number)d was published after this draft was begun, and the draft would undo"
            " its changes. Bring them into the texts, then confirm that it holds them."
        )
        % {"number": predecessor.number}
    ]


def text_obstacles(
    version: PolicyVersion, texts: list[PolicyText], predecessor: PolicyVersion | None
) -> list[str]:
    """Name the languages that are missing, or that a translator has not yet brought up to date."""
    before = {text.language: text.sha256 for text in predecessor.texts.all()} if predecessor else {}
    now = {text.language: text.sha256 for text in texts}
    main = version.policy.default_language
    required = {main, *before}
    found = [
        _("The text in “%(language)s” is missing. Write it.") % {"language": language_name(language)}
        for language in sorted(required - now.keys())
    ]
    main_changed = main in before and now.get(main) != before[main]
    if main_changed and version.change_class != ChangeClass.EDITORIAL:
        found += [
            _("The text in “%(language)s” is still that of the version before. Bring it up to date.")
            % {"language": language_name(language)}
            for language in sorted(before.keys() & now.keys() - {main})
            if now[language] == before[language]
        ]
    return found


def explanation_obstacles(
    version: PolicyVersion, texts: list[PolicyText], predecessor: PolicyVersion | None
) -> list[str]:
    """Ask for the reason and the summary of changes, which every change above editorial needs."""
    if predecessor is None or version.change_class == ChangeClass.EDITORIAL:
        return []
    found = [] if version.reason else [_("The reason for the change is missing. Say why it is made.")]
    return found + [
        _("The summary of changes in “%(language)s” is empty. Say what changes for the reader.")
        % {"language": language_name(text.language)}
        for text in texts
        if not text.summary
    ]


def notice_obstacles(version: PolicyVersion, predecessor: PolicyVersion | None, now: datetime) -> list[str]:
    """Hold the effective moment against the clock and against the strictest notice rule."""
    if version.effective_at is None:
        return [_("The effective moment is missing. Say when the version takes effect.")]
    if version.effective_at <= now:
        return [_("The effective moment has passed. Choose a later one and have it approved again.")]
    rule = strictest_rule(version) if predecessor else None
    if rule is None or version.exception_reason:
        return []
    earliest = now + timedelta(days=rule.min_notice_days)
    if version.effective_at >= earliest:
        return []
    kind, change_class = rule.get_policy_kind_display(), rule.get_change_class_display()
    return [
        _(
            "The notice period is too short: %(rule)s asks for %(days)d days (%(source)s)."
            " Choose %(earliest)s or later, or state a reason for shorter notice."
        )
        % {
            "rule": f"{kind} / {change_class} / {rule.jurisdiction}",
            "days": rule.min_notice_days,
            "source": rule.source,
            "earliest": for_reader(next_hour(earliest)),
        }
    ]


def next_hour(moment: datetime) -> datetime:
    """Give the first full hour that is no earlier: one can be typed, and holds while somebody reads."""
    return (moment + timedelta(hours=1) - timedelta.resolution).replace(minute=0, second=0, microsecond=0)


def language_name(code: str) -> str:
    """Give the name of a language as its readers write it, or its code where the site does not speak it."""
    return str(dict(settings.LANGUAGES).get(code, code))


def strictest_rule(version: PolicyVersion) -> NoticeRule | None:
    """Give the rule with the longest notice period for this kind of policy and class of change."""
    return (
        NoticeRule.objects.filter(policy_kind=version.policy.kind, change_class=version.change_class)
        .order_by("-min_notice_days", "jurisdiction")
        .first()
    )


def lacks_approval(version: PolicyVersion) -> bool:
    """Whether a draft still needs the approval of somebody before it can be published."""
    return bool(approval_obstacles(version))


def approval_obstacles(version: PolicyVersion) -> list[str]:
    """Count the approvals of exactly this text: one, or two where shorter notice is claimed."""
    given = version.approvals.filter(fingerprint=version_fingerprint(version))
    given = given.exclude(approver__in=writers_of(version))
    if version.exception_reason and given.count() < APPROVERS_OF_EXCEPTIONS:
        return [_("Shorter notice needs the approval of two people on exactly this text.")]
    if not given.exists():
        return [_("The approval of another person on exactly this text is missing.")]
    return []

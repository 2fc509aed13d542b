"""What is said, since when: policies, their versions and texts, and the rules that a change must keep."""

from .comparison import KeptComparison
from .policy import Policy, PolicyKind
from .rule import Assent, NoticeRule
from .version import Approval, ChangeClass, PolicyText, PolicyVersion, Recall

__all__ = [
    "Approval",
    "Assent",
    "ChangeClass",
    "KeptComparison",
    "NoticeRule",
    "Policy",
    "PolicyKind",
    "PolicyText",
    "PolicyVersion",
    "Recall",
]

"""Read what was published, which rule applies, and what is being drafted."""

from .drafts import DeskPolicy, desk_policies
from .obstacles import lacks_approval, obstacles
from .register import (
    ON_RECORD,
    Publication,
    Register,
    State,
    TextEntry,
    html_of,
    load_register,
    register,
    register_if_published,
    register_if_recalled,
    register_with,
)
from .rules import BASELINE, DELETED, NO_RULE, Demand, RuleBook, load_rule_book, load_rule_book_at, rule_book
from .writers import writers_of

__all__ = [
    "BASELINE",
    "DELETED",
    "NO_RULE",
    "ON_RECORD",
    "Demand",
    "DeskPolicy",
    "Publication",
    "Register",
    "RuleBook",
    "State",
    "TextEntry",
    "desk_policies",
    "html_of",
    "lacks_approval",
    "load_register",
    "load_rule_book",
    "load_rule_book_at",
    "obstacles",
    "register",
    "register_if_published",
    "register_if_recalled",
    "register_with",
    "rule_book",
    "writers_of",
]

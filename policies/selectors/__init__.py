"""Read what was published, which rule applies, and what is being drafted."""

from .drafts import DeskPolicy, desk_policies
from .obstacles import obstacles
from .register import (
    Publication,
    Register,
    State,
    TextEntry,
    current_register,
    html_of,
    load_register,
    register,
)
from .rules import NO_RULE, Demand, RuleBook, load_rule_book, load_rule_book_at, rule_book

__all__ = [
    "NO_RULE",
    "Demand",
    "DeskPolicy",
    "Publication",
    "Register",
    "RuleBook",
    "State",
    "TextEntry",
    "current_register",
    "desk_policies",
    "html_of",
    "load_register",
    "load_rule_book",
    "load_rule_book_at",
    "obstacles",
    "register",
    "rule_book",
]

"""The comparison of two texts: pure, without a database, and the same on every machine.

`compare` reads two sanitised renderings. What it gives obeys one law: the spans of all blocks of the
old text, without what was inserted, join to exactly that text, and those of the new one, without
what was deleted, to exactly the new one.
"""

from .comparer import compare
from .comparison import ENGINE, Change, Comparison, Operation, Size
from .document import Block, Document, read_document
from .labels import risk_in_html, risk_in_words
from .letter import as_letter
from .markup import Page
from .plain import as_text, size_in_words
from .record import Record, as_record, from_record
from .risks import Risk, around
from .vocabulary import RiskKind
from .wording import Span

__all__ = [
    "ENGINE",
    "Block",
    "Change",
    "Comparison",
    "Document",
    "Operation",
    "Page",
    "Record",
    "Risk",
    "RiskKind",
    "Size",
    "Span",
    "around",
    "as_letter",
    "as_record",
    "as_text",
    "compare",
    "from_record",
    "read_document",
    "risk_in_html",
    "risk_in_words",
    "size_in_words",
]

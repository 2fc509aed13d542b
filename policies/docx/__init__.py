"""Read a Word document as Markdown: what it says is kept to the letter, or the document is refused."""

from .package import FILE_LIMIT, DocumentRefused
from .reading import read_document

__all__ = ["FILE_LIMIT", "DocumentRefused", "read_document"]

"""Take over texts from elsewhere: one as a draft, or a whole history as published versions."""

from .drafts import ImportRefused, import_draft
from .history import ImportedVersion
from .manifest import import_history

__all__ = ["ImportRefused", "ImportedVersion", "import_draft", "import_history"]

"""Take over texts from elsewhere: one as a draft, or a whole history as published versions."""

from .drafts import ImportRefused, import_draft
from .history import ImportedVersion
from .manifest import import_history
from .repositories import import_repository

__all__ = ["ImportRefused", "ImportedVersion", "import_draft", "import_history", "import_repository"]

"""What stands in the way of an erasure, who asked for one, whose relationship ended, and what was cleared."""

from .erasure import ErasureRequest, LegalHold
from .retention import EndedRelationship, RetentionRun

__all__ = ["EndedRelationship", "ErasureRequest", "LegalHold", "RetentionRun"]

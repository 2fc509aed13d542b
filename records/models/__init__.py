"""What was given out, what stands in the way of an erasure and who asked for one, and what was cleared."""

from .erasure import ErasureRequest, LegalHold
from .packs import Pack
from .retention import EndedRelationship, RetentionRun

__all__ = ["EndedRelationship", "ErasureRequest", "LegalHold", "Pack", "RetentionRun"]

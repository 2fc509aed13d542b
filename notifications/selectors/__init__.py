"""How far a campaign is."""

from .progress import Progress, progress

__all__ = ["Progress", "progress"]

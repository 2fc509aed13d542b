"""Give out what is held, and keep a record of it."""

from .packs import Made, make_person_pack, make_version_pack

__all__ = ["Made", "make_person_pack", "make_version_pack"]

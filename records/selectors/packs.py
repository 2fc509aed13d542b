"""What was given out."""

from django.db.models import QuerySet

from ..models import Pack

# So many are listed; all of them are on record.
LISTED = 50


def newest_packs() -> QuerySet[Pack]:
    """Give the packs that were made last, the latest first."""
    found = Pack.objects.select_related("person", "version__policy", "made_by").order_by("-made_at", "pk")
    return found[:LISTED]

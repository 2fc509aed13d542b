"""Instants on pages."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ..moments import in_words

register = template.Library()


@register.simple_tag
def moment(at: datetime) -> SafeString:
    """Show an instant in the reader's zone, with the zone's name, as a `time` element."""
    local = timezone.localtime(at)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), in_words(local))

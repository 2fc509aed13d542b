"""Who may do what at the desk, whichever door they come through."""

from django.utils.translation import gettext as _

from accounts.models import User

from ..refusal import Refusal


class NotPermitted(Refusal):
    """The person lacks the permission for what they asked."""


def require(person: User, permission: str) -> None:
    """Raise `NotPermitted` unless `person` holds `permission`, given as `app_label.codename`."""
    if not person.has_perm(permission):
        raise NotPermitted(
            _("You lack the permission “%(name)s”. Ask an administrator to add you to the group.")
            % {"name": permission}
        )

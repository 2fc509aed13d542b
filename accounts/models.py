"""Who people are: everyone who can be told of a change, and everyone who makes one."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Lower, NullIf
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .places import refuse_unknown


class UserManager(BaseUserManager["User"]):
    """Makes people; an address is kept in lower case, so that it is the same whoever types it."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make and save a person; without a password they sign in by a code sent to `email`."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make and save a person who may do everything; `manage.py createsuperuser` calls it."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a person by address, without regard to case."""
        return self.get(email=(username or "").strip())


class AddressField(models.EmailField[str | Combinable, str]):
    """An e-mail address, kept in lower case, so that two of them can be compared as they stand.

    Python lowers every letter that has a case; SQLite lowers ASCII alone. To the database and to
    migrations it is a plain `EmailField`.
    """

    def to_python(self, value: Any) -> Any:
        """Give the value in lower case: a form, a query and every way to store it go through here."""
        found = super().to_python(value)
        return found.lower() if isinstance(found, str) else found

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001 - Django's parameter
        """Lower the value on the instance as well, so that it says what is stored."""
        setattr(model_instance, self.attname, self.to_python(super().pre_save(model_instance, add)))
        return super().pre_save(model_instance, add)

    def deconstruct(self) -> Any:
        """Give it as the field that it is to a migration."""
        name, _path, arguments, options = super().deconstruct()
        return name, "django.db.models.EmailField", arguments, options


def notice_email(prefix: str = "") -> Coalesce:
    """Give `User.notice_email` as a query asks for it; `prefix` leads to the person, as in `user__`."""
    return Coalesce(NullIf(f"{prefix}guardian_email", Value("")), f"{prefix}email")


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account, or a service account of a program."""

    email = AddressField(_("e-mail address"), unique=True)
    guardian_email = AddressField(
        _("guardian's e-mail address"),
        blank=True,
        help_text=_("Notices go here instead, where somebody else answers for the person."),
    )
    language = models.CharField(_("language"), max_length=12, default="en")
    country = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        help_text=_("Two capital letters of ISO 3166-1. It decides which notice rule applies."),
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Berlin")
    external_id = models.CharField(_("id in the shop"), max_length=64, null=True, blank=True)  # noqa: DJ001 - null, because an empty string would collide in the unique constraint
    is_service = models.BooleanField(
        _("service account"), default=False, help_text=_("A program. It is never told and never asked.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may open the administration"), default=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)
    erased_at = models.DateTimeField(
        _("erased"),
        null=True,
        editable=False,
        help_text=_("Set where the account stays without a name, because work at the desk points to it."),
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        permissions = [("list_people", _("Can see and download lists of people"))]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_without_case"),
            models.UniqueConstraint(fields=["external_id"], name="user_external_id_unique"),
        ]
        indexes = [models.Index(fields=["country"], name="user_country")]

    def __str__(self) -> str:
        return self.email

    @property
    def notice_email(self) -> str:
        """The address to which notices go: the guardian's, where there is one."""
        return self.guardian_email or self.email

    def forget(self, *, now: datetime) -> None:
        """Save the account without anything that says whose it is; nobody can sign in with it any more."""
        blank = User(pk=self.pk, email=f"{uuid4().hex}@erased.invalid", date_joined=now, erased_at=now)
        blank.is_active = False
        blank.set_unusable_password()
        blank.save(force_update=True)

    def clean(self) -> None:
        """Raise `ValidationError` for a language, country or zone that is none."""
        super().clean()
        refuse_unknown(language=self.language, country=self.country, time_zone=self.time_zone)

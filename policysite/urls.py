"""All addresses of the site."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from acceptance import urls as acceptance
from notifications import urls as notifications
from policies import urls as policies
from records import urls as records

# Whoever guesses passwords is held up there as at the site's own sign-in.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

desk_patterns = [
    *policies.desk_patterns,
    *acceptance.desk_patterns,
    *notifications.desk_patterns,
    *records.desk_patterns,
]

urlpatterns = [
    path("", include((policies.public_patterns, "policies"))),
    path("me/", include((acceptance.public_patterns, "acceptance"))),
    path("me/", include((records.public_patterns, "records"))),
    path("ledger/", include((records.ledger_patterns, "ledger"))),
    path("desk/", include((desk_patterns, "desk"))),
    # Instead of the page of django-allauth, which knows nothing of accounts that come from a shop.
    path("accounts/email/", RedirectView.as_view(pattern_name="records:details"), name="account_email"),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
    *notifications.health_patterns,
    *notifications.event_patterns,
]

if settings.DEMO_SHOP:
    from demo import urls as demo

    urlpatterns.append(path("shop/", include((demo.urlpatterns, "shop"))))

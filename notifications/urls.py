"""Addresses of this app's part of the desk, of the site's health, and for the mail provider."""

from django.urls import path

from .views import desk, health, metrics, outlook, provider, reach, recalling, suppressions, webhooks

health_patterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]

event_patterns = [path("mail-events/", provider.provider_events, name="mail_events")]

desk_patterns = [
    path("suppressions/", suppressions.suppressed_addresses, name="suppressions"),
    path("suppressions/<int:suppression_id>/release/", suppressions.release, name="release"),
    path("versions/<int:version_id>/before/", outlook.before_publication, name="before_publication"),
    path("versions/<int:version_id>/before/letter/", outlook.letter, name="letter"),
    path("versions/<int:version_id>/before-recall/", recalling.before_recall, name="before_recall"),
    path("versions/<int:version_id>/recall/", recalling.recall, name="recall"),
    path("versions/<int:version_id>/campaign/", desk.campaign, name="campaign"),
    path("campaigns/<int:campaign_id>/reach/", reach.reach, name="reach"),
    path("campaigns/<int:campaign_id>/reach/not-told.csv", reach.untold_csv, name="untold_csv"),
    path("campaigns/<int:campaign_id>/pause/", desk.pause, name="pause"),
    path("campaigns/<int:campaign_id>/resume/", desk.resume, name="resume"),
    path("campaigns/<int:campaign_id>/cancel/", desk.cancel, name="cancel"),
    path("webhooks/", webhooks.webhooks, name="webhooks"),
    path("webhooks/<int:webhook_id>/off/", webhooks.switch_off, name="switch_off_webhook"),
    path("webhooks/deliveries/<int:delivery_id>/again/", webhooks.send_again, name="send_webhook_again"),
]

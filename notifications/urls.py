"""Addresses of this app's part of the desk, and of the site's health."""

from django.urls import path

from .views import desk, health, metrics

health_patterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]

desk_patterns = [
    path("versions/<int:version_id>/campaign/", desk.campaign, name="campaign"),
    path("versions/<int:version_id>/campaign/pause/", desk.pause, name="pause"),
    path("versions/<int:version_id>/campaign/resume/", desk.resume, name="resume"),
]

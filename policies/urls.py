"""Addresses of the public pages, and of this app's part of the desk."""

from django.urls import path
from django.views.generic import RedirectView

from .views import desk, public, writing

public_patterns = [
    path("", public.index, name="index"),
    path("policies/", RedirectView.as_view(pattern_name="policies:index"), name="all"),
    path("policies/<slug:slug>/", public.policy, name="policy"),
    path("policies/<slug:slug>/versions/", public.versions, name="versions"),
    path("policies/<slug:slug>/versions/<int:number>/", public.version, name="version"),
    path("policies/<slug:slug>/compare/<int:old>...<int:new>/", public.compare, name="compare"),
    path("policies/<slug:slug>/compare/", public.choose_comparison, name="choose_comparison"),
    path("policies/<slug:slug>/feed.atom", public.feed, name="feed"),
]

desk_patterns = [
    path("", desk.overview, name="overview"),
    path("policies/new/", writing.new_policy, name="new_policy"),
    path("policies/<slug:slug>/drafts/", writing.start_draft, name="start_draft"),
    path("preview/", writing.preview, name="preview"),
    path("versions/<int:version_id>/", desk.version, name="version"),
    path("versions/<int:version_id>/texts/<slug:language>/", writing.text, name="text"),
    path("versions/<int:version_id>/changes/<slug:language>/", writing.changes, name="changes"),
    path("versions/<int:version_id>/review/", desk.ask_for_review, name="ask_for_review"),
    path("versions/<int:version_id>/send-back/", desk.send_back, name="send_back"),
    path("versions/<int:version_id>/catch-up/", desk.catch_up, name="catch_up"),
    path("versions/<int:version_id>/discard/", desk.discard, name="discard"),
    path("versions/<int:version_id>/approve/", desk.approve, name="approve"),
    path("versions/<int:version_id>/publish/", desk.publish, name="publish"),
]

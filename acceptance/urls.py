"""Addresses of a person's own pages, and of this app's part of the desk."""

from django.urls import path

from .views import desk, later, me, others, reminders, reports, unsent, withdrawal

public_patterns = [
    path("", me.me, name="me"),
    path("review/<slug:slug>/", me.review, name="review"),
    path("withdraw/<slug:slug>/", withdrawal.withdraw, name="withdraw"),
    path("review/<slug:slug>/later/", later.later, name="later"),
    path("unsent/<str:key>/", unsent.unsent, name="unsent"),
    path("reminders/", reminders.reminders, name="reminders"),
    path("reminders/<str:token>/", reminders.stop_reminders, name="stop_reminders"),
]

desk_patterns = [
    path("policies/<slug:slug>/report/", reports.policy, name="policy_report"),
    path("policies/<slug:slug>/report.csv", reports.policy_csv, name="policy_report_csv"),
    path("policies/<slug:slug>/report.json", reports.policy_json, name="policy_report_json"),
    path("versions/<int:version_id>/report/", reports.version, name="report"),
    path("versions/<int:version_id>/report.csv", reports.version_csv, name="report_csv"),
    path("versions/<int:version_id>/report.json", reports.version_json, name="report_json"),
    path("versions/<int:version_id>/answers/", desk.answers, name="answers"),
    path("versions/<int:version_id>/answers.csv", desk.answers_csv, name="answers_csv"),
    path("people/", others.find_person, name="find_person"),
    path("people/<int:user_id>/answers/", others.act_for, name="act_for"),
    path("governing/", desk.governing, name="governing"),
    path("versions/<int:version_id>/never-accepted/", desk.never, name="never"),
    path("versions/<int:version_id>/never-accepted.csv", desk.never_csv, name="never_csv"),
]

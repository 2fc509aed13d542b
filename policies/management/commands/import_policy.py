"""Take policies over from files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from policies.instants import parse_instant
from policies.management.desk import NotFound, desk_person
from policies.models import ChangeClass, PolicyKind, PolicyVersion
from policies.refusal import Refusal
from policies.services import import_draft, import_history, import_repository


class Command(BaseCommand):
    """Import a .md, .txt or .docx file as a draft, or a folder or git repository as history."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what the command takes."""
        parser.add_argument("slug", help="address of the policy; a new one is made")
        parser.add_argument(
            "path",
            type=Path,
            help="a .md, .txt or .docx file, a folder with manifest.csv, or a git repository",
        )
        parser.add_argument(
            "--file", metavar="PATH/IN/REPO", help="whose history to take over from a git repository"
        )
        parser.add_argument("--language", default="en", help="language of the text (default: en)")
        parser.add_argument("--kind", choices=PolicyKind.values, default=PolicyKind.PRIVACY_NOTICE)
        parser.add_argument(
            "--change-class",
            choices=ChangeClass.values,
            help="what the change means (default: MATERIAL for a draft, NEUTRAL for history)",
        )
        parser.add_argument(
            "--author", metavar="EMAIL", help="who wrote the draft; another person approves it"
        )
        parser.add_argument("--draft", type=int, metavar="ID", help="add the text to this draft")
        parser.add_argument("--reason", default="", help="why the change is made")
        parser.add_argument("--summary", default="", help="what changes for the reader")
        parser.add_argument("--effective-at", metavar="INSTANT", help="such as 2026-12-01T00:00+01:00")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import, and say what was made."""
        try:
            self.stdout.write(take_over(options))
        except (Refusal, ValidationError) as refusal:
            raise CommandError(sentence(refusal), returncode=2) from refusal


def take_over(options: dict[str, Any]) -> str:
    """Call the service that fits the path, and give the sentence that says what it made."""
    common = {key: options[key] for key in ("slug", "language", "kind")} | {"now": timezone.now()}
    if options["change_class"]:
        common["change_class"] = options["change_class"]
    path, slug = options["path"], options["slug"]
    if options["file"] is not None:
        versions = import_repository(folder=path, file=options["file"], **common)
        return (
            imported(versions, slug) if versions else f"Nothing new: the newest version of {slug} is there."
        )
    if path.is_dir():
        if not (path / "manifest.csv").exists():
            raise NotFound(f"{path} holds no manifest.csv. Of a git repository, name a file with --file.")
        return imported(import_history(folder=path, **common), slug)
    moment = options["effective_at"]
    draft = import_draft(
        path=path,
        author=desk_person(options["author"]) if options["author"] else None,
        draft_id=options["draft"],
        reason=options["reason"],
        summary=options["summary"],
        effective_at=parse_instant(moment) if moment else None,
        **common,
    )
    return f"Imported draft {draft.pk} of {slug}. Next: have it approved, then publish_policy."


def imported(versions: list[PolicyVersion], slug: str) -> str:
    """Give the sentence that says which versions were imported."""
    before = (versions[0].number or 1) - 1
    return (
        f"Imported {len(versions)} published versions of {slug}{f', after version {before}' * bool(before)}."
    )


def sentence(error: Refusal | ValidationError) -> str:
    """Give what an exception says, in one line, with the field's name where it has one."""
    if not isinstance(error, ValidationError):
        return str(error)
    if hasattr(error, "error_dict"):
        return " ".join(f"{name}: {' '.join(said)}" for name, said in error.message_dict.items())
    return " ".join(error.messages)

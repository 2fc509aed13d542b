"""Read a policy as people hand it over: Markdown with front matter, plain text, or a Word document."""

import re
from dataclasses import dataclass
from pathlib import Path, PurePath

import yaml
from django.utils.translation import gettext as _

from .docx import FILE_LIMIT, read_document
from .escaping import escape
from .refusal import Refusal
from .rendering import TEXT_LIMIT, TextTooLarge, normalise, refuse_unprintable

KINDS = (".md", ".markdown", ".txt", ".docx")
FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
FIRST_HEADING = re.compile(r"\A\s*#[ \t]+(.+?)[ \t]*#*[ \t]*(?:\n|\Z)")
SOFT_WRAPPED = 200
HEADING_LENGTH = 100
TITLE_LENGTH = 200


class UnreadableFile(Refusal):
    """The file is missing, of a kind that is not read, or not UTF-8."""


@dataclass(frozen=True)
class Manuscript:
    """A text as it was handed over; `title`, `summary` and `reason` are empty where it names none."""

    title: str
    body: str
    summary: str = ""
    reason: str = ""


def read_manuscript(path: Path) -> Manuscript:
    """Read the `.md`, `.txt` or `.docx` file at `path`.

    Raises `UnreadableFile`, `DocumentRefused`, `TextTooLarge`, `UnprintableCharacter` and `EmptyText`,
    each with a sentence for a person.
    """
    refuse_other_kinds(path.name)
    return manuscript_of(path.name, read_bytes(path))


def manuscript_of(name: str, data: bytes) -> Manuscript:
    """Give the manuscript in the bytes of a file of that name. Raises what `read_manuscript` raises."""
    refuse_other_kinds(name)
    if suffix_of(name) == ".docx":
        title, body = read_document(name, data, TITLE_LENGTH)
        return Manuscript(title=title[:TITLE_LENGTH], body=body)
    text = normalise(decode(name, data))
    return from_plain_text(text) if suffix_of(name) == ".txt" else from_markdown(text)


def refuse_other_kinds(name: str) -> None:
    """Raise `UnreadableFile` unless a file of that name is of a kind that is read."""
    if not is_read(name):
        raise UnreadableFile(_("%(file)s is no .md, .txt or .docx file.") % {"file": name})


def is_read(name: str) -> bool:
    """Whether a file of that name is of a kind that is read."""
    return suffix_of(name) in KINDS


def suffix_of(name: str) -> str:
    """Give what kind of file a name says it is, such as `.md`."""
    return PurePath(name).suffix.lower()


def read_body(path: Path) -> str:
    """Read the text of the file at `path` as Markdown, with its title and without front matter.

    A `.txt` file is plain text, any other one Markdown. Raises what `read_manuscript` raises.
    """
    text = normalise(read_text(path))
    if suffix_of(path.name) == ".txt":
        manuscript = from_plain_text(text)
        return f"# {escape(manuscript.title)}\n\n{manuscript.body}" if manuscript.title else manuscript.body
    return normalise(split_front_matter(text)[1])


def read_text(path: Path) -> str:
    """Read the file at `path` as UTF-8, with or without a byte order mark."""
    return decode(path.name, read_bytes(path))


def read_bytes(path: Path) -> bytes:
    """Read the file at `path`, and no more of it than may be read."""
    try:
        with path.open("rb") as file:
            return file.read(max(TEXT_LIMIT, FILE_LIMIT) + 1)
    except OSError as error:
        raise UnreadableFile(
            _("%(file)s cannot be read: %(why)s.") % {"file": path, "why": error.strerror}
        ) from error


def decode(name: str, data: bytes) -> str:
    """Give the text that the bytes of a file are in UTF-8, with or without a byte order mark."""
    if len(data) > TEXT_LIMIT:
        raise TextTooLarge(_("%(file)s is over 2 MB. Shorten or split it.") % {"file": name})
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            _("%(file)s is not UTF-8 (byte %(position)d). Save it as UTF-8, then try again.")
            % {"file": name, "position": error.start}
        ) from error
    refuse_unprintable(text)
    return text


def from_markdown(text: str) -> Manuscript:
    """Take front matter off `text`, and a leading `#` heading where it is the title."""
    front, body = split_front_matter(text)
    heading = FIRST_HEADING.match(body)
    title = front.get("title") or (heading.group(1) if heading else "")
    if heading and heading.group(1) == title and len(title) <= TITLE_LENGTH:
        body = body[heading.end() :]
    return Manuscript(
        title=title[:TITLE_LENGTH],
        body=normalise(body.strip("\n") + "\n"),
        summary=front.get("summary", ""),
        reason=front.get("reason", ""),
    )


def split_front_matter(text: str) -> tuple[dict[str, str], str]:
    """Give the front matter's plain values, and the text behind it.

    What does not parse as YAML is no front matter and stays in the text: nothing is lost.
    """
    match = FRONT_MATTER.match(text)
    if not match:
        return {}, text
    try:
        # The base loader builds plain strings only: no date that is none, no number with another look.
        values = yaml.load(match.group(1), Loader=yaml.BaseLoader)  # noqa: S506 - it builds no objects
    except (yaml.YAMLError, RecursionError):
        return {}, text
    if not isinstance(values, dict):
        return {}, text
    plain = {str(key): str(value).strip() for key, value in values.items() if isinstance(value, str)}
    return plain, text[match.end() :]


def from_plain_text(text: str) -> Manuscript:
    """Turn plain text into Markdown: a heading on a line of its own becomes a Markdown heading.

    A file whose lines run past 200 characters holds one paragraph a line; in any other, blank
    lines part the paragraphs. The first heading-like line is the title.
    """
    paragraphs = split_paragraphs(text)
    title = paragraphs.pop(0) if len(paragraphs) > 1 and is_heading(paragraphs[0]) else ""
    body = "\n\n".join(f"## {escape(part)}" if is_heading(part) else escape(part) for part in paragraphs)
    return Manuscript(title=title, body=normalise(body + "\n"))


def split_paragraphs(text: str) -> list[str]:
    """Give the paragraphs of plain `text`, without blank ones."""
    soft_wrapped = any(len(line) > SOFT_WRAPPED for line in text.splitlines())
    parts = text.splitlines() if soft_wrapped else re.split(r"\n\s*\n", text)
    return [part.strip() for part in parts if part.strip()]


def is_heading(part: str) -> bool:
    """Whether a paragraph of plain text is a heading: one short line that ends no sentence."""
    return "\n" not in part and len(part) <= HEADING_LENGTH and part[-1] not in ".:;,!?…"

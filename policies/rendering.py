"""From Markdown to sanitised HTML, and the digests that name a text.

Python-Markdown lets scripts and event attributes through, so nothing it makes is used before nh3
has sanitised it. Nothing here asks the network for anything.
"""

import hashlib
import re
import subprocess
import sys
import unicodedata
from importlib.metadata import version as release
from itertools import accumulate
from pathlib import Path
from typing import Any

import markdown
import nh3
from django.utils.translation import gettext as _

from .refusal import Refusal

TEXT_LIMIT = 2_000_000
NESTING_LIMIT = 100
# Control characters and half characters, which XML, mail and PostgreSQL refuse.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
OPENED_OR_CLOSED = re.compile(r"<(/?)(?!br\b|hr\b)[a-z]")
RULES = 1
RENDERER = f"markdown {release('markdown')}, nh3 {release('nh3')}, rules {RULES}"

# More of one of these signs than a long policy holds: github.com's has some hundred brackets.
RISKY_SIGNS, MANY, SECONDS = "[]<>!*_`&~", 1_500, 8
ROOT = Path(__file__).resolve().parent.parent
CONVERT = (
    "import sys; from policies.rendering import convert; sys.stdin.reconfigure(encoding='utf-8');"
    " sys.stdout.reconfigure(encoding='utf-8', newline='');"
    " sys.stdout.write(convert(sys.stdin.read(), top_level=int(sys.argv[1])))"
)

# Controls, formats such as the zero-width space, and separators: Unicode's general categories.
UNSEEN = {"Cc", "Cf", "Zl", "Zp", "Zs"}

HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
TAGS = HEADINGS | {
    *("p", "br", "hr", "div", "span", "section", "blockquote", "pre", "code", "kbd"),
    *("ul", "ol", "li", "dl", "dt", "dd"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
    *("a", "em", "strong", "b", "i", "u", "s", "small", "sub", "sup", "abbr", "q", "cite", "del", "ins"),
    *("details", "summary"),
}
ATTRIBUTES = {
    **{heading: {"id"} for heading in HEADINGS},
    "a": {"href", "title", "id", "class"},
    "abbr": {"title"},
    "li": {"id"},
    "ol": {"start"},
    "sup": {"id"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
}


class EmptyText(Refusal):
    """The text holds nothing but white space."""


class TextTooLarge(Refusal):
    """The text is larger than `TEXT_LIMIT` bytes of UTF-8."""


class UnprintableCharacter(Refusal):
    """The text holds a character that nobody can see and that not every part can keep."""


class TextTooSlow(Refusal):
    """The text does not become HTML within `SECONDS`."""


class TextTooNested(Refusal):
    """The text nests lists, quotations or elements deeper than `NESTING_LIMIT`."""


def normalise(text: str) -> str:
    """Give `text` in NFC with LF line ends, the form whose digest is taken.

    Raises `EmptyText`, `UnprintableCharacter` and `TextTooLarge`.
    """
    refuse_unprintable(text)
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if all(unicodedata.category(sign) in UNSEEN for sign in text):
        raise EmptyText(_("The text is empty. Write or paste it, then save again."))
    if len(text.encode()) > TEXT_LIMIT:
        raise TextTooLarge(_("The text is over 2 MB. Shorten it or split it into two policies."))
    return text


def refuse_unprintable(text: str) -> None:
    """Raise `UnprintableCharacter`, naming the first one and its line, where `text` holds any."""
    found = UNPRINTABLE.search(text)
    if found:
        raise UnprintableCharacter(
            _("Line %(line)d holds the control character U+%(code)s. Remove it.")
            % {"line": text.count("\n", 0, found.start()) + 1, "code": f"{ord(found[0]):04X}"}
        )


def digest(text: str) -> str:
    """Give the SHA-256 of `text` in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def render(body: str) -> str:
    """Give the sanitised HTML of the Markdown `body`, headings from `h2` on.

    The page's own heading is the title; a body that uses `#` moves down by one level. Raises
    `TextTooNested`, because a comparison that could not reach a text would hide its change, and
    `TextTooSlow`.
    """
    try:
        html = sanitise(convert_in_time(body, top_level=1))
        if "<h1" in html:
            html = sanitise(convert_in_time(body, top_level=2))
    except RecursionError as error:
        raise too_nested() from error
    if nesting(html) > NESTING_LIMIT:
        raise too_nested()
    # What is left was written as HTML, which Markdown does not move.
    return html.replace("<h1", "<h2").replace("</h1>", "</h2>")


def too_nested() -> TextTooNested:
    """Give the refusal of a text that nests too deep."""
    return TextTooNested(_("The text nests lists or quotations too deeply. Flatten it."))


def nesting(html: str) -> int:
    """Give how deep the elements of sanitised `html` nest."""
    steps = (-1 if slash else 1 for slash in OPENED_OR_CLOSED.findall(html))
    return max(accumulate(steps), default=0)


def convert_in_time(body: str, *, top_level: int) -> str:
    """Give the raw HTML of `body`, or raise `TextTooSlow`.

    Python-Markdown's time grows with the square of unclosed brackets and the like. A text with few of
    them is quick; one with many is converted in a process of its own, which can be stopped.
    """
    if max(body.count(sign) for sign in RISKY_SIGNS) <= MANY:
        return convert(body, top_level=top_level)
    command = [sys.executable, "-c", CONVERT, str(top_level)]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own line
            command, input=body, capture_output=True, encoding="utf-8", cwd=ROOT, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise TextTooSlow(
            _("The text takes too long to render. Look for long runs of brackets or signs, and shorten them.")
        ) from error
    if "RecursionError" in done.stderr:
        raise RecursionError
    done.check_returncode()
    return done.stdout


def convert(body: str, *, top_level: int) -> str:
    """Give the raw HTML of `body`; `#` becomes a heading of `top_level`."""
    # Alignment as an attribute, because the site's own policy of content lets no style in.
    settings: dict[str, dict[str, Any]] = {
        "toc": {"baselevel": top_level},
        "extra": {"tables": {"use_align_attribute": True}},
    }
    extensions = ["extra", "toc", "sane_lists"]
    return markdown.markdown(body, extensions=extensions, extension_configs=settings, output_format="html")


def sanitise(html: str) -> str:
    """Give `html` without anything active: no script, no style sheet, no image, no event handler."""
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
        clean_content_tags={"script", "style", "iframe", "object", "svg", "math", "template", "noscript"},
    )

"""From Markdown to sanitised HTML, and the digests that name a text.

Python-Markdown lets scripts and event attributes through, so nothing it makes is used before nh3
has sanitised it. Nothing here asks the network for anything.
"""

import hashlib
import re
import signal
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

# At each of these signs Python-Markdown may look through the whole text, so its time grows with their
# number times the text's length. Up to this effort the slowest of the many texts tried took a second;
# a policy of 40 KB stays below.
SIGNS = re.compile(r"[\[\]<>!*_`&~\-+=#|:^{}\\\n\t\d]|  ")
EFFORT_LIMIT, LONG = 70_000_000, 100_000
# What costs a hundred times more, and what few signs multiply; only a `SHORT` text is quick in spite of it.
# Each part stops at the next sign of its kind, so that looking for it is quick in any text.
SHORT = 500
PITFALLS = re.compile(
    r"""
      \[(?![^\[\]]*\])  # a bracket left open, or one in another
    | \]\((?![^()"']*(?:\([^()"']*\)[^()"']*)*(?:"[^()"]*"[ ]*)?\))  # an address left open, or odd quotes
    | <(?![^<>"']*(?:"[^<>"]*"[^<>"']*)*>)  # the same of a tag
    | ``
    | (?:(?:[-+*]|\d{1,9}\.)[ \t]{1,30}|>[ \t]{0,30}){10}  # lists in lists on one line
    | \n(?:=+|-+)[ ]*\n(?![ ]*\n)  # a line below a heading, with text right behind it
    | \[TOC\]
    | \*\[[^\[]*\][ ]?:  # an abbreviation
    """,
    re.VERBOSE,
)
# Dear only in great numbers: references to notes, and what may enclose the title behind an address.
COSTLY, MANY = ("[^", '"', "'", "("), 1_000

# For the other process's start, both conversions and sanitising together. Two texts are compared within
# 5 seconds or refused, so a short one has 2. An honest one needs 1 a megabyte, and 3 on a slow machine.
# They are seconds of the processor: whether a text is taken does not depend on what else the machine does.
SECONDS, SECONDS_PER_MEGABYTE = 2.0, 5.0
# By the clock it has so many times as long, for machines that are busy with other things.
BUSY = 4
ROOT = Path(__file__).resolve().parent.parent
# Bytes, because text streams would turn a carriage return into a line feed.
APART = (
    "import signal, sys; signal.setitimer(signal.ITIMER_PROF, float(sys.argv[1]));"
    " from django.conf import settings; from policies.rendering import render_here;"
    " settings.configure(USE_I18N=False); body = sys.stdin.buffer.read().decode(errors='surrogatepass');"
    " sys.stdout.buffer.write(render_here(body).encode())"
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
    """The text does not become HTML within `seconds_for` it."""


class TextTooNested(Refusal):
    """The text nests lists, quotations or elements deeper than `NESTING_LIMIT`."""


class TextNotConvertible(Refusal):
    """The text holds something on which the converter fails, such as a number of 5 000 digits."""


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
    `TextTooNested`, because a comparison that could not reach a text would hide its change,
    `TextTooSlow` and `TextNotConvertible`.
    """
    return render_apart(body) if may_be_slow(body) else render_here(body)


def may_be_slow(body: str) -> bool:
    """Whether rendering `body` may take more than about a second, told by cheap counting."""
    body = body.replace("\r\n", "\n").replace("\r", "\n")
    if len(body) > LONG or (len(body) > SHORT and PITFALLS.search(body)):
        return True
    signs = len(SIGNS.findall(body))
    return signs * len(body) > EFFORT_LIMIT or max(map(body.count, COSTLY)) > MANY


def render_here(body: str) -> str:
    """Give what `render` gives, in this process, however long it takes."""
    try:
        html = sanitise(convert(body, top_level=1))
        if "<h1" in html:
            html = sanitise(convert(body, top_level=2))
    except RecursionError as error:
        raise too_nested() from error
    except Exception as error:
        # What fails in the converter and the parsers below it has many names: ValueError, AssertionError.
        raise not_convertible() from error
    if nesting(html) > NESTING_LIMIT:
        raise too_nested()
    # What is left was written as HTML, which Markdown does not move.
    return html.replace("<h1", "<h2").replace("</h1>", "</h2>")


def render_apart(body: str) -> str:
    """Give what `render` gives, from a process of its own, which is stopped after `seconds_for` it."""
    data = body.encode(errors="surrogatepass")
    seconds = seconds_for(data)
    command = [sys.executable, "-c", APART, str(seconds)]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own line
            command, input=data, capture_output=True, cwd=ROOT, timeout=BUSY * seconds, check=True
        )
    except subprocess.TimeoutExpired as error:
        raise too_slow() from error
    except subprocess.CalledProcessError as error:
        if error.returncode == -signal.SIGPROF:
            raise too_slow() from error
        error.add_note(error.stderr.decode(errors="replace"))
        refused = refused_apart(error.__notes__[-1])
        if refused is None:
            raise
        raise refused from error
    return done.stdout.decode()


def too_slow() -> TextTooSlow:
    """Give the refusal of a text that takes too long."""
    return TextTooSlow(
        _("The text takes too long to render. Look for long runs of brackets or signs, and shorten them.")
    )


def seconds_for(data: bytes) -> float:
    """Give how many seconds of the processor a text of that many bytes may take."""
    return SECONDS + SECONDS_PER_MEGABYTE * len(data) / 1_000_000


def refused_apart(traceback: str) -> Refusal | None:
    """Give the refusal that `traceback` ends with, in this process's language, or None for a fault."""
    last = traceback.rstrip().rpartition("\n")[2]
    if last.startswith(f"{__name__}.{TextTooNested.__name__}:"):
        return too_nested()
    return not_convertible() if last.startswith(f"{__name__}.{TextNotConvertible.__name__}:") else None


def too_nested() -> TextTooNested:
    """Give the refusal of a text that nests too deep."""
    return TextTooNested(_("The text nests lists or quotations too deeply. Flatten it."))


def not_convertible() -> TextNotConvertible:
    """Give the refusal of a text on which the converter fails."""
    return TextNotConvertible(
        _("The text cannot be rendered. Look for very long numbers and broken HTML, and remove them.")
    )


def nesting(html: str) -> int:
    """Give how deep the elements of sanitised `html` nest."""
    steps = (-1 if slash else 1 for slash in OPENED_OR_CLOSED.findall(html))
    return max(accumulate(steps), default=0)


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

"""What the forms of a comparison call things, in the language that is active."""

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .comparison import Change
from .directions import isolated
from .remarks import Remark, RemarkKind
from .standing import Shift, ShiftKind
from .vocabulary import RiskKind


def risk_in_words(kind: str, old: str | None, new: str | None, around: str = "") -> str:
    """Say what became of an expression that turns the meaning; None where a text has no like of it.

    `around` is what the expression stands among.
    """
    sentence = risk_sentence(kind, has_old=bool(old), has_new=bool(new))
    said = sentence % {"old": isolated(old or ""), "new": isolated(new or "")}
    return _("%(said)s (“%(around)s”)") % {"said": said, "around": isolated(around)} if around else said


def risk_in_html(kind: str, old: str | None, new: str | None, around: str = "") -> SafeString:
    """Say the same as HTML in which each expression has its own direction, and the sentence the page's."""
    sentence = risk_sentence(kind, has_old=bool(old), has_new=bool(new))
    words = {"old": old, "new": new, "around": around}
    sides = {side: format_html("<bdi>{}</bdi>", said or "") for side, said in words.items()}
    if around:
        sentence = _("%(said)s (“%(around)s”)") % {"said": sentence, "around": "%(around)s"}
    return format_html(sentence % {side: f"{{{side}}}" for side in words}, **sides)


def risk_sentence(kind: str, *, has_old: bool, has_new: bool) -> str:
    """Give the sentence about a risky change, with places for the old expression and the new one."""
    names = {"old": "%(old)s", "new": "%(new)s"}
    if kind == RiskKind.LINK:
        names = {side: _("link to %(address)s") % {"address": place} for side, place in names.items()}
    if not has_old:
        return _("added: %(new)s") % names
    if not has_new:
        return _("removed: %(old)s") % names
    return _("%(old)s → %(new)s") % names


def way_label(change: Change, heading: str) -> str:
    """Say what moved, and where the link leads: to the clause with `heading`, or into the same one."""
    names = {"heading": isolated(heading)}
    if change.is_origin:
        if heading:
            return _("Moved to “%(heading)s”. Go to where it is now.") % names
        return _("Moved away. Go to where it is now.")
    if heading:
        return _("Moved here from “%(heading)s”. Go to where it was.") % names
    return _("Moved here. Go to where it was.")


def words_of(remark: Remark) -> str:
    """Say what changed around words that stay."""
    names = {"old": isolated(remark.old), "new": isolated(remark.new)}
    if remark.kind is RemarkKind.EMPHASIS:
        names = {
            side: ", ".join(map(emphasis_name, words.split())) or _("plain") for side, words in names.items()
        }
        return _("emphasis: %(old)s, now %(new)s") % names
    if remark.kind is RemarkKind.TITLE:
        names = {side: words or _("none") for side, words in names.items()}
        return _("title: %(old)s, now %(new)s") % names
    if not remark.new:
        return _("no longer a link to %(old)s") % names
    return (_("link: to %(old)s, now to %(new)s") if remark.old else _("now a link to %(new)s")) % names


def emphasis_name(tag: str) -> str:
    """Give the name of an emphasis; one that has none is called by its element."""
    names = {
        "strong": _("bold"),
        "em": _("italic"),
        "u": _("underlined"),
        "s": _("struck through"),
        "code": _("code"),
        "small": _("small"),
        "sub": _("lowered"),
        "sup": _("raised"),
    }
    return names.get(tag, tag)


def role_name(role: str) -> str:
    """Give the name of what a block is."""
    names = {
        "heading": _("heading"),
        "p": _("paragraph"),
        "li": _("list item"),
        "tr": _("table row"),
        "blockquote": _("quotation"),
        "pre": _("code"),
        "dt": _("term"),
        "dd": _("description"),
        "caption": _("caption"),
        "summary": _("summary"),
    }
    return names.get(role, role)


def shift_in_words(shift: Shift) -> str:
    """Say what changed around a whole block."""
    sentences = {
        ShiftKind.LEVEL: _("level in lists: %(old)s, now %(new)s"),
        ShiftKind.QUOTATION: _("level of quotation: %(old)s, now %(new)s"),
        ShiftKind.MARK: _("mark of the item: %(old)s, now %(new)s"),
        ShiftKind.NUMBER: _("number of the item: %(old)s, now %(new)s"),
        ShiftKind.CELLS: _("cells: %(old)s, now %(new)s"),
    }
    old, new = (", ".join(map(part_name, side.split())) or _("none") for side in (shift.old, shift.new))
    return sentences[shift.kind] % {"old": old, "new": new}


def part_name(part: str) -> str:
    """Give the name of what stands before an item, or of a cell and what it spans; a number is its own."""
    names = {"ul": _("bullet"), "ol": _("number"), "th": _("head cell"), "td": _("data cell")}
    name, _colon, spans = part.partition(":")
    return f"{names.get(name, name)} {spans}".rstrip()


def notes_of(was: str, shifts: Sequence[Shift]) -> list[str]:
    """Give what is said of a whole block: what it `was`, where that changed, and what changed around it."""
    role = [_("was: %(kind)s") % {"kind": role_name(was)}] if was else []
    return role + [shift_in_words(shift) for shift in shifts]

"""What the forms of a comparison call things, in the language that is active."""

from django.utils.translation import gettext as _

from .comparison import Change
from .remarks import Remark, RemarkKind


def way_label(change: Change, heading: str) -> str:
    """Say what moved, and where the link leads: to the clause with `heading`, or into the same one."""
    names = {"heading": heading}
    if change.is_origin:
        if heading:
            return _("Moved to “%(heading)s”. Go to where it is now.") % names
        return _("Moved away. Go to where it is now.")
    if heading:
        return _("Moved here from “%(heading)s”. Go to where it was.") % names
    return _("Moved here. Go to where it was.")


def words_of(remark: Remark) -> str:
    """Say what changed around words that stay."""
    names = {"old": remark.old, "new": remark.new}
    if remark.kind is RemarkKind.EMPHASIS:
        names = {
            side: ", ".join(map(emphasis_name, words.split())) or _("plain") for side, words in names.items()
        }
        return _("emphasis: %(old)s, now %(new)s") % names
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

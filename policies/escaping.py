"""Write plain words so that Markdown shows them as they stand."""

import re

MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]>#|])")
LINE_STARTS = re.compile(r"^([ \t]*(?:\d+(?=\.))?)([-+.~:=])", re.MULTILINE)
# Markdown knows no backslash before these, so they are named as HTML names them.
WITHOUT_BACKSLASH = "~:="


def escape(part: str) -> str:
    """Give `part` so that Markdown shows it as it stands."""
    return escape_starts(escape_signs(part))


def escape_signs(part: str) -> str:
    """Give `part` without what means something to Markdown wherever it stands in a line."""
    return MARKDOWN_SIGNS.sub(r"\\\1", part).replace("&", "&amp;").replace("<", "&lt;")


def escape_starts(part: str) -> str:
    """Give `part` so that none of its lines begins a list, a rule or an underlined heading."""
    return LINE_STARTS.sub(escape_start, part)


def escape_start(match: re.Match[str]) -> str:
    """Give the start of a line so that it begins no list, rule or underlined heading."""
    space, sign = match.groups()
    return f"{space}&#{ord(sign)};" if sign in WITHOUT_BACKSLASH else f"{space}\\{sign}"

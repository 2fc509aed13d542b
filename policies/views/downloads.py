"""Lists to take away."""

import csv
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import StreamingHttpResponse

# A spreadsheet takes a cell that begins like this for a formula, and runs it; some look past spaces, and take
# the wide forms of East Asia for the same signs.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SPACES = " \u00a0\u3000"


def csv_download(name: str, rows: Iterable[Iterable[Any]]) -> StreamingHttpResponse:
    """Give rows as a CSV file (RFC 4180), one by one, however many there are.

    Nothing is an empty cell, and an instant stands in ISO 8601.
    """
    writer = csv.writer(Echo())
    lines = (writer.writerow(map(harmless, row)) for row in rows)
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


class Echo:
    """Gives back what is written to it, so that a row can be sent as soon as it is made."""

    def write(self, row: str) -> str:
        """Give the row."""
        return row


def harmless(value: Any) -> str:
    """Give a cell as text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    text = value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)
    return f"'{text}" if text.lstrip(SPACES).startswith(FORMULA) else text

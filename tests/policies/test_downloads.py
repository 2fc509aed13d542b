"""Lists to take away: no cell of them is run by a spreadsheet, and every other one is as it was."""

import csv
from io import StringIO

import pytest

from policies.views.downloads import csv_download

pytestmark = pytest.mark.pure


def taken_home(value: object) -> str:
    """Give what a spreadsheet reads of a value."""
    content = b"".join(csv_download("list", [[value]])).decode()
    [[cell]] = csv.reader(StringIO(content))
    return cell


@pytest.mark.parametrize(
    "formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1+1", "\u00a0\u3000=1", "＝1+1", "＠SUM"]
)
def test_a_cell_that_a_spreadsheet_would_run_is_text(formula: str) -> None:
    assert taken_home(formula) == f"'{formula}"


@pytest.mark.parametrize("harmless", ["", "Ann", " Ann", "a=b", "1-2", "DE", "’tis"])
def test_any_other_cell_stays_as_it_is(harmless: str) -> None:
    assert taken_home(harmless) == harmless

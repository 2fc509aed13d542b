"""Which process runs which test where several share them: one test after the other, some files as a whole."""

from xdist.scheduler import LoadScopeScheduling

# Files whose tests all look at something that takes long to make, and that each process would make anew. The
# mark that pytest-xdist has for it does nothing since pytest 9.2.
WHOLE = frozenset({"tests/demo/test_demo.py"})


class Together(LoadScopeScheduling):  # type: ignore[misc]  # it says nothing of its types
    """Gives tests out in pytest's order, and the files named above first, each to one process."""

    def _split_scope(self, nodeid: str) -> str:
        """Give what is given out together with a test."""
        path: str = nodeid.partition("::")[0]
        return path if path in WHOLE else nodeid

"""Who wrote what a draft says."""

from ..models import PolicyVersion


def writers_of(version: PolicyVersion) -> set[int]:
    """Give the keys of everybody who wrote some of a version: who began it, and whose edits changed it.

    The fingerprint covers all that readers are told, so an edit is one that changed it. Edits at the
    command line have nobody's name.
    """
    history = PolicyVersion.history.filter(id=version.pk).order_by("history_date", "history_id")
    writers, before = {version.author_id}, ""
    for fingerprint, writer in history.values_list("fingerprint", "history_user"):
        if fingerprint != before:
            writers.add(writer)
        before = fingerprint
    return {writer for writer in writers if writer is not None}

"""Read the history of one file from a git repository, which is foreign data: nothing in it is run.

Only commands are asked that read objects and follow no configuration of the repository's that could start a
program: no hook, filter, textconv, external diff, file system monitor or signature check. Objects that a
partial clone lacks are not fetched.
"""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Self

from django.utils.translation import gettext as _

from .refusal import Refusal

SECONDS = 120
COMMITS_LIMIT = 10_000
BLOB_LIMIT = 20_000_000
FIELDS = "--format=%H%x00%P%x00%cI%x00%s"
SHORT = 10
# The directory is named outright, so that git looks for none above or in the environment, and does not mind
# whose it is: that check is for commands that run what the configuration names.
OPTIONS = ("--no-pager", "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}")
ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    # Older releases of git do not know the first; the second names the protocols allowed, over any setting.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
}
# The mode of a file begins like this; that of a link, a folder or a repository does not.
FILE = "100"
STORED_ELSEWHERE = b"version https://git-lfs.github.com/spec/"


class RepositoryRefused(Refusal):
    """The repository, or the history of the file in it, cannot be read."""


@dataclass(frozen=True)
class Commit:
    """A commit that changed the file: its first parent, its date as git writes it, and its first line."""

    key: str
    parent: str
    committed_at: str
    subject: str

    @classmethod
    def read(cls, line: str) -> Self:
        """Read a commit from a line in the form of `FIELDS`."""
        key, parents, committed_at, subject = line.split("\0", 3)
        return cls(key, parents.partition(" ")[0], committed_at, subject)

    @property
    def short(self) -> str:
        """The name by which people know the commit."""
        return self.key[:SHORT]


@dataclass(frozen=True)
class Revision:
    """The file as a commit left it; `blob` is empty where the commit took it away."""

    commit: Commit
    path: str
    blob: str


class Repository:
    """A git repository at `folder`: a working tree or a bare one, whole, of which `HEAD` is read."""

    def __init__(self, folder: Path) -> None:
        """Find the repository. Raises `RepositoryRefused` where there is none, or only a part of one."""
        self.folder = folder
        self.directory = folder / ".git" if (folder / ".git").exists() else folder
        if not folder.is_dir() or self.ask("rev-parse", "--git-dir") is None:
            raise RepositoryRefused(
                _("%(folder)s is no git repository. Give the folder that holds .git, or a bare repository.")
                % {"folder": folder}
            )
        if self.ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}") is None:
            raise RepositoryRefused(_("The repository has no commit on the branch that is checked out."))
        if self.ask("rev-parse", "--is-shallow-repository") != b"false\n":
            raise RepositoryRefused(
                _("The repository holds a part of its history only. Fetch all of it, with --unshallow.")
            )

    def revisions(self, path: str) -> list[Revision]:
        """Give the file at `path` after each commit that changed it, oldest first, under all its names.

        Of a merge counts what it changed on the branch that it was merged into, so that a text is dated
        when it came there. Raises `RepositoryRefused`.
        """
        found = list(self.backwards(tidy(path)))
        if not any(revision.blob for revision in found):
            raise RepositoryRefused(
                _("No commit holds a file %(file)s. Write its path as it is in the repository.")
                % {"file": path}
            )
        return found[::-1]

    def backwards(self, path: str) -> Iterator[Revision]:
        """Give the revisions of the file, newest first, and go on under the name that it had before."""
        start = "HEAD"
        while start:
            revisions = [self.revision(commit, path) for commit in self.commits(start, path)]
            start = ""
            for at, revision in enumerate(revisions):
                yield revision
                came = revision.blob and not (at + 1 < len(revisions) and revisions[at + 1].blob)
                former = self.former_name(revision) if came else ""
                if former:
                    start, path = revision.commit.parent, former
                    break

    def commits(self, start: str, path: str) -> list[Commit]:
        """Give the commits up to `start` that changed what is at `path`, newest first."""
        most = f"--max-count={COMMITS_LIMIT + 1}"
        said = self.told("rev-list", "--first-parent", "--encoding=UTF-8", most, FIELDS, start, "--", path)
        # Above each line stands the key of the commit once more.
        lines = said.decode(errors="replace").split("\n")[1::2]
        if len(lines) > COMMITS_LIMIT:
            raise RepositoryRefused(
                _("More than %(limit)d commits changed the file. Take its history over in a folder.")
                % {"limit": COMMITS_LIMIT}
            )
        return [Commit.read(line) for line in lines]

    def revision(self, commit: Commit, path: str) -> Revision:
        """Give what a commit left at `path`: nothing, where it is no file of its own."""
        entry = self.told("ls-tree", "-z", "--full-tree", commit.key, "--", path).decode(errors="replace")
        mode, _kind, blob = entry.partition("\t")[0].split(" ") if entry else ("", "", "")
        return Revision(commit, path, blob if mode.startswith(FILE) else "")

    def former_name(self, revision: Revision) -> str:
        """Give the name from which the commit of a revision took the file, or an empty one."""
        commit = revision.commit
        if not commit.parent:
            return ""
        trees = ("-r", "-z", "-M", "--diff-filter=R", "--name-status", commit.parent, commit.key)
        # It gives a letter with a score, the old name and the new one, for each file.
        said = self.told("diff-tree", "--no-ext-diff", "--no-textconv", *trees).decode(errors="replace")
        parts = said.split("\0")
        return dict(zip(parts[2::3], parts[1::3], strict=False)).get(revision.path, "")

    def content(self, revision: Revision) -> bytes:
        """Give the bytes of the file at a revision, as they were committed."""
        if int(self.told("cat-file", "-s", revision.blob)) > BLOB_LIMIT:
            raise RepositoryRefused(_("It is over %(size)d MB.") % {"size": BLOB_LIMIT // 1_000_000})
        data = self.told("cat-file", "blob", revision.blob)
        if data.startswith(STORED_ELSEWHERE):
            raise RepositoryRefused(_("The repository holds only where Git LFS keeps it."))
        return data

    def told(self, *arguments: str) -> bytes:
        """Give what git answers. Raises `RepositoryRefused` where it fails."""
        answer = self.ask(*arguments)
        if answer is None:
            raise RepositoryRefused(
                _("The repository is damaged or incomplete. “git fsck” says more; clone it again.")
            )
        return answer

    def ask(self, *arguments: str) -> bytes | None:
        """Give what git answers, or None where it fails."""
        command = ["git", f"--git-dir={self.directory.resolve()}", *OPTIONS, *arguments]
        try:
            done = subprocess.run(  # noqa: S603 - a list of our own, whose paths stand behind "--"
                command,
                cwd=self.folder,
                env=ENVIRONMENT | {"PATH": os.environ.get("PATH", os.defpath)},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
        except FileNotFoundError as error:
            raise RepositoryRefused(_("The program git is missing. Install it, then try again.")) from error
        except subprocess.TimeoutExpired as error:
            raise RepositoryRefused(
                _("git gave no answer within %(seconds)d seconds.") % {"seconds": SECONDS}
            ) from error
        return None if done.returncode else done.stdout


def tidy(path: str) -> str:
    """Give a path inside a repository as git writes it. Raises `RepositoryRefused`."""
    parts = PurePosixPath(path).parts
    odd = any(sign < " " or sign in "\x7f\\" or "\ud800" <= sign <= "\udfff" for sign in path)
    if odd or not parts or path.startswith(("-", "/")) or ".." in parts:
        raise RepositoryRefused(
            _("“%(path)s” is no path inside a repository. Write it like policies/privacy.md.")
            % {"path": path}
        )
    return str(PurePosixPath(path))

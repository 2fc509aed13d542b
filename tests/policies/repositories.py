"""Git repositories that tests write, each with a clock of its own."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PEOPLE = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Alice"), ("EMAIL", "alice@example.com"))
}


class WrittenRepository:
    """A repository at `folder`, to which tests commit."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("git") is None:
            pytest.skip("git is missing: apt-get install git")
        self.folder = folder
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, at: str = "2020-01-01T00:00:00+01:00") -> str:
        """Run git in the folder at an instant, and give what it says."""
        dates = {"GIT_AUTHOR_DATE": "2001-01-01T00:00:00Z", "GIT_COMMITTER_DATE": at}
        alone = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_ALLOW_PROTOCOL": "file"}
        return subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=os.environ | PEOPLE | dates | alone,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    def write(self, text: str | bytes, file: str = "privacy.md") -> None:
        """Write a file of the working tree."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def commit(self, at: str, subject: str = "", **files: str | bytes | None) -> str:
        """Commit Markdown files by their names without `.md`, or their removal, and give the key."""
        for name, text in files.items():
            if text is None:
                (self.folder / f"{name}.md").unlink()
            else:
                self.write(text, f"{name}.md")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--allow-empty-message", "-m", subject, at=at)
        return self.git("rev-parse", "HEAD")

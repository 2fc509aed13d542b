"""A small IMAP server (RFC 9051) that knows the few commands which reading reports takes."""

import re
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread

PASSWORD = "letters are sealed"


@dataclass
class Letterbox:
    """What the server holds: messages by UID, which of them are seen, and what it was asked."""

    messages: dict[int, bytes]
    seen: set[int] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    # After this many commands it hangs up.
    patience: int = 1000
    port: int = 0


class Handler(socketserver.StreamRequestHandler):
    """Answers one connection."""

    server: "Server"

    def handle(self) -> None:
        """Greet, then answer each command until the other side leaves."""
        self.say("* OK ready")
        for line in self.rfile:
            tag, _, command = line.decode().strip().partition(" ")
            self.server.box.asked.append(command)
            if len(self.server.box.asked) > self.server.box.patience:
                return
            self.say(f"{tag} {self.answer(command)}")

    def say(self, line: str) -> None:
        """Send one line."""
        self.wfile.write(f"{line}\r\n".encode())

    def answer(self, command: str) -> str:
        """Do what is asked; give the closing line."""
        box = self.server.box
        uid = int(found[1]) if (found := re.match(r"UID (?:FETCH|STORE) (\d+)", command)) else 0
        if command == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1")
        elif command.startswith("LOGIN"):
            return "OK in" if f'"{PASSWORD}"' in command else "NO wrong password"
        elif command.startswith("SELECT"):
            if '"Reports"' not in command:
                return "NO no such folder"
            self.say(f"* {len(box.messages)} EXISTS")
        elif command == "UID SEARCH UNSEEN":
            unseen = " ".join(str(uid) for uid in sorted(box.messages) if uid not in box.seen)
            self.say(f"* SEARCH {unseen}".strip())
        elif uid:
            self.serve(uid, command)
        elif command == "LOGOUT":
            self.say("* BYE")
        return "OK done"

    def serve(self, uid: int, command: str) -> None:
        """Give a message or its size, or mark it."""
        raw = self.server.box.messages.get(uid)
        if raw is None:
            return
        if r"+FLAGS.SILENT (\Seen)" in command:
            self.server.box.seen.add(uid)
        elif "RFC822.SIZE" in command:
            self.say(f"* 1 FETCH (UID {uid} RFC822.SIZE {len(raw)})")
        elif "BODY.PEEK[]" in command:
            self.wfile.write(f"* 1 FETCH (UID {uid} BODY[] {{{len(raw)}}}\r\n".encode() + raw + b")\r\n")


class Server(socketserver.ThreadingTCPServer):
    """Listens on a free loopback port."""

    daemon_threads = True

    def __init__(self, box: Letterbox) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.box = box


@contextmanager
def serving(box: Letterbox) -> Iterator[Letterbox]:
    """Serve a letterbox; its `port` is known inside."""
    with Server(box) as server:
        box.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield box
        server.shutdown()
        thread.join()

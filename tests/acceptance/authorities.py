"""A time-stamping authority of the test's own: a web server in front of `openssl ts`."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

CONFIGURATION = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
EXTENSION = (
    "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n"
)


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


@dataclass
class Authority:
    """What it signs with, and what it was asked; `answer` stands for what it says instead, where set."""

    folder: Path
    address: str = ""
    asked: list[bytes] = field(default_factory=list)
    answer: bytes | None = None

    @property
    def roots(self) -> str:
        return str(self.folder / "root.pem")

    def make(self) -> None:
        """Make a root and the certificate that stamps."""
        at = str(self.folder)
        root = ("-keyout", f"{at}/root.key", "-out", f"{at}/root.pem", "-subj", "/CN=Root", "-days", "9000")
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", *root)
        tsa = ("-keyout", f"{at}/tsa.key", "-out", f"{at}/tsa.csr", "-subj", "/CN=Stamps")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", *tsa)
        (self.folder / "extension").write_text(EXTENSION)
        signed = (
            "-in",
            f"{at}/tsa.csr",
            "-out",
            f"{at}/tsa.pem",
            "-days",
            "9000",
            "-extfile",
            f"{at}/extension",
        )
        openssl(
            "x509", "-req", "-CA", f"{at}/root.pem", "-CAkey", f"{at}/root.key", "-CAcreateserial", *signed
        )
        (self.folder / "serial").write_text("01\n")
        (self.folder / "configuration").write_text(CONFIGURATION.format(folder=at))

    def stamp(self, query: bytes) -> bytes:
        """Answer a query."""
        self.asked.append(query)
        if self.answer is not None:
            return self.answer
        at = str(self.folder)
        (self.folder / "query").write_bytes(query)
        signer = ("-signer", f"{at}/tsa.pem", "-inkey", f"{at}/tsa.key", "-config", f"{at}/configuration")
        openssl("ts", "-reply", "-queryfile", f"{at}/query", "-out", f"{at}/reply", *signer)
        return (self.folder / "reply").read_bytes()


@contextmanager
def serving(folder: Path) -> Iterator[Authority]:
    """Serve an authority on a free port."""
    authority = Authority(folder)
    authority.make()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            answer = authority.stamp(query)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        authority.address = f"http://127.0.0.1:{server.server_port}/stamp"
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield authority
        finally:
            server.shutdown()
            thread.join()

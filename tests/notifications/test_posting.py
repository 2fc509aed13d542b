"""Posting to somebody else's server: signed, in good time, and never into a network of our own."""

import socket
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from notifications import posting
from notifications.posting import Answer, is_public, post, signature

from .mail_servers import mute_port, silent_port
from .web_servers import Dripper, Gusher, Receiver

pytestmark = pytest.mark.pure

CERTIFICATE = Path(__file__).parent / "hooks_example.pem"


def send(url: str, *, allows_private: bool = True) -> Answer:
    """Post a small message."""
    return post(url, body=b"{}", headers={"webhook-id": "msg_1"}, allows_private=allows_private)


@pytest.fixture
def leads_to(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Give a way to say where every name leads: `leads_to("127.0.0.1")`; gives the names looked up."""

    def set_addresses(*addresses: str) -> list[str]:
        looked_up: list[str] = []

        def resolve(host: str, _port: int) -> list[str]:
            looked_up.append(host)
            return list(addresses)

        monkeypatch.setattr(posting, "resolve", resolve)
        return looked_up

    return set_addresses


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let no connection come about, and give the addresses that were tried."""
    tried: list[str] = []

    def refuse(address: tuple[str, int], **_options: Any) -> socket.socket:
        tried.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    return tried


def test_the_signature_is_the_one_of_the_specifications_example() -> None:
    signed = signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        event_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )

    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_message_arrives_as_it_was_sent(receiver: Receiver) -> None:
    answer = send(f"{receiver.address}/shop?from=policysite")

    (received,) = receiver.received
    assert (answer.status, answer.is_success, answer.error) == (204, True, "")
    assert (received.path, received.body) == ("/hooks/shop?from=policysite", b"{}")
    assert received.headers["webhook-id"] == "msg_1"
    assert received.headers["host"] == f"127.0.0.1:{receiver.server_port}"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",  # noqa: S104 - nothing is bound to it
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "198.18.0.1",
        "192.0.2.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:db8::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_an_address_of_no_public_network_is_known(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::808:808"]
)
def test_an_address_of_the_public_internet_is_known(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.0.0.1"])
def test_nothing_is_posted_into_a_private_network_however_it_is_written(
    receiver: Receiver, host: str
) -> None:
    answer = send(f"http://{host}:{receiver.server_port}/", allows_private=False)

    assert answer == Answer(error="The address leads into a private network.")
    assert receiver.received == []


def test_a_public_name_that_leads_into_a_private_network_is_refused(
    leads_to: Callable[..., list[str]], connected: list[str]
) -> None:
    leads_to("169.254.169.254")

    answer = send("https://hooks.example/", allows_private=False)

    assert answer == Answer(error="The address leads into a private network.")
    assert connected == []


def test_of_several_addresses_only_the_public_ones_are_tried_in_turn(
    leads_to: Callable[..., list[str]], connected: list[str]
) -> None:
    leads_to("10.0.0.1", "93.184.216.34", "127.0.0.1", "93.184.216.35")

    answer = send("https://hooks.example/", allows_private=False)

    assert connected == ["93.184.216.34", "93.184.216.35"]
    assert answer == Answer(error="The connection failed: ConnectionRefusedError.")


def test_a_name_that_leads_elsewhere_at_the_second_look_is_not_looked_up_twice(
    monkeypatch: pytest.MonkeyPatch, connected: list[str]
) -> None:
    answers = iter(["93.184.216.34", "127.0.0.1", "127.0.0.1"])

    def rebinding(_host: str, port: int, **_options: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)

    send("https://hooks.example/", allows_private=False)

    assert connected == ["93.184.216.34"]


def test_the_server_is_asked_by_its_name_at_the_address_that_was_judged(
    receiver: Receiver, leads_to: Callable[..., list[str]]
) -> None:
    looked_up = leads_to("127.0.0.1")

    answer = send(f"http://hooks.example:{receiver.server_port}/")

    assert answer.is_success
    assert looked_up == ["hooks.example"]
    assert receiver.received[0].headers["host"] == f"hooks.example:{receiver.server_port}"


def test_an_address_that_does_not_answer_gives_way_to_the_next(
    receiver: Receiver, leads_to: Callable[..., list[str]]
) -> None:
    leads_to("::1", "127.0.0.1")

    assert send(f"http://hooks.example:{receiver.server_port}/").is_success


def test_an_address_that_swallows_everything_leaves_time_for_the_next(
    leads_to: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    leads_to("93.184.216.34", "93.184.216.35", "93.184.216.36")
    patience: list[float] = []

    def swallow(_address: tuple[str, int], *, timeout: float) -> socket.socket:
        patience.append(round(timeout, 1))
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", swallow)

    send("https://hooks.example/")

    assert patience == [5.0, 7.5, 15.0]


def test_a_name_that_leads_nowhere_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_arguments: Any, **_options: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    assert send("https://hooks.example/") == Answer(error="The connection failed: gaierror.")


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    with Receiver(status=302, headers={"Location": receiver.address}) as elsewhere:
        answer = send(elsewhere.address)

    assert (answer.status, answer.is_success) == (302, False)
    assert receiver.received == []


@pytest.mark.timeout(20)
def test_a_server_that_answers_byte_by_byte_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "PATIENCE_SECONDS", 0.5)
    with Receiver() as receiver:
        receiver.RequestHandlerClass = Dripper
        began = time.monotonic()

        answer = send(receiver.address)

        took = time.monotonic() - began
    assert answer == Answer(error="There was no answer within 0.5 seconds.")
    assert 0.4 < took < 5


@pytest.mark.timeout(20)
def test_a_server_that_never_says_a_word_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "PATIENCE_SECONDS", 0.5)
    with mute_port() as port:
        answer = send(f"http://127.0.0.1:{port}/")

    assert answer == Answer(error="There was no answer within 0.5 seconds.")


@pytest.mark.timeout(20)
def test_of_a_long_answer_only_the_beginning_is_read() -> None:
    with Receiver() as receiver:
        receiver.RequestHandlerClass = Gusher
        began = time.monotonic()

        answer = send(receiver.address)

    assert answer.is_success
    assert time.monotonic() - began < 5


def test_a_server_that_is_away_is_an_error() -> None:
    with silent_port() as port:
        answer = send(f"http://127.0.0.1:{port}/")

    assert answer == Answer(error="The connection failed: ConnectionRefusedError.")


def test_a_server_that_does_not_speak_http_is_an_error() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]

        def speak() -> None:
            connection, _address = listening.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"220 mail.example ESMTP\r\n")

        thread = Thread(target=speak)
        thread.start()
        answer = send(f"http://127.0.0.1:{port}/")
        thread.join()

    assert answer == Answer(error="The connection failed: BadStatusLine.")


@pytest.mark.parametrize(
    ("value", "seconds"), [("120", 120), ("0", 0), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-5", None)]
)
def test_a_server_can_ask_for_patience(value: str, seconds: int | None) -> None:
    with Receiver(status=503, headers={"Retry-After": value}) as receiver:
        answer = send(receiver.address)

    assert answer.status == 503
    assert (answer.retry_after.total_seconds() if answer.retry_after is not None else None) == seconds


def test_an_encrypted_server_is_held_against_its_name(
    leads_to: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    leads_to("127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with Receiver(certificate=CERTIFICATE) as receiver:
        trusted = send(f"https://hooks.example:{receiver.server_port}/")
        misnamed = send(f"https://other.example:{receiver.server_port}/")

    assert trusted.is_success
    assert misnamed == Answer(error="The connection failed: SSLCertVerificationError.")
    assert len(receiver.received) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused(leads_to: Callable[..., list[str]]) -> None:
    leads_to("127.0.0.1")
    with Receiver(certificate=CERTIFICATE) as receiver:
        answer = send(f"https://hooks.example:{receiver.server_port}/")

    assert answer == Answer(error="The connection failed: SSLCertVerificationError.")
    assert receiver.received == []

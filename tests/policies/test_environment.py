"""What a setting may say: what can be meant passes, and everything else is refused in a sentence."""

from collections.abc import Callable
from typing import Any

import pytest
from marshmallow import ValidationError

from policysite import environment

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("check", "value", "said"),
    [
        (environment.port_number, 99999, "Give a number from 1 to 65535."),
        (environment.some_seconds, -1, "Give at least one second."),
        (environment.not_negative, -1, "Give a whole number, 0 or more."),
        (environment.log_level, "LOUD", "Choose one of DEBUG, INFO, WARNING, ERROR, CRITICAL."),
        (environment.time_zone, "Mars", "'Mars' is not a time zone like Europe/Berlin."),
        (environment.long_secret, "guess", "at least 32 characters"),
        (
            environment.web_address,
            "ftp://policies.example",
            "is not an address like https://policies.example",
        ),
        (environment.broker_address, "foo://127.0.0.1", "must begin with one of amqp, amqps, redis, rediss"),
        (environment.bounce_address, "bounces@", "is not an address like bounces@shop.example"),
        (environment.database_engine, "postgres://127.0.0.1:abc/shop", "a port must be a number"),
        (environment.database_engine, "postgres://127.0.0.1:5432", "must end with the name of the database"),
        (environment.database_engine, "sqlite://:memory:", "It must name a file"),
        (environment.database_engine, "sqlite://policysite.sqlite3", "with three slashes before a path"),
        (environment.web_address, "https://shop.example/policies", "without a path"),
        (environment.web_address, "https://shop.example/#top", "without a path"),
        (environment.web_address, "https://shop.example?", "without a path"),
        (environment.web_address, "https://me:word@shop.example", "is not an address like https://policies"),
        (environment.web_address, "https://shop example", "is not an address like https://policies.example"),
        (environment.web_address, "https://[::1", "is not an address"),
        (environment.web_address, "HTTPS://shop.example", "is not an address like https://policies.example"),
        (environment.host_names, ["https://shop.example"], "is not the name of a host like policies.example"),
        (environment.host_names, ["127.0.0.1", "shop.example:443"], "is not the name of a host"),
        (environment.broker_address, "amqp://", "is not an address like amqp://name:secret@127.0.0.1:5672//"),
        (environment.broker_address, "redis://127.0.0.1:x/0", "is not an address like amqp://"),
        (environment.broker_address, "amqp://a;foo://b", "must begin with one of amqp"),
        (environment.host_names, ["", ""], "It is empty."),
        (environment.sender, "Shop, Inc. <notices@shop.example>", "is not an e-mail address"),
        (environment.mail_host, "", "is not the name of a host like smtp.shop.example, without a port"),
        (environment.mail_host, "smtp://shop.example", "is not the name of a host"),
        (environment.mail_host, "shop.example:25", "is not the name of a host"),
        (environment.mailbox, "Shop <privacy@shop.example>", "is not an e-mail address like privacy@"),
        (
            environment.sender,
            "a@shop.example, b@shop.example",
            "is not an e-mail address like Shop <notices@",
        ),
        (environment.sender, "Shop <@shop.example>", "is not an e-mail address"),
        (environment.sender, "Shop\n<a@shop.example>", "is not an e-mail address"),
        (environment.sender, "", "is not an e-mail address"),
        (environment.ledger_name, "shop.example/our policies", "without spaces and +"),
        (
            environment.service_address,
            "authority.example",
            "is not an address like https://authority.example",
        ),
        (environment.bounce_address, "bounces+all@shop.example", "at most 27 letters, digits, dots and"),
        (environment.bounce_address, f"{'b' * 28}@shop.example", "at most 27 letters, digits, dots and"),
    ],
)
def test_what_cannot_be_meant_is_refused(check: Callable[[Any], None], value: object, said: str) -> None:
    with pytest.raises(ValidationError, match=said.replace("+", r"\+")):
        check(value)


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (environment.database_engine, "postgresql://user:word@db:5432/policysite"),
        (environment.database_engine, "sqlite:////srv/policysite.sqlite3"),
        (environment.database_engine, "sqlite:///var/policysite.sqlite3"),
        (environment.web_address, "http://[::1]:8000"),
        (environment.web_address, "https://bücher.example"),
        (environment.host_names, [".shop.example", "*", "[::1]", "10.0.0.1", "web_1", ""]),
        (environment.broker_address, "amqp://a:5672;amqp://b:5672"),
        (environment.database_engine, "postgresql:///?service=policysite"),
        (environment.sender, "Acme Inc. <notices@shop.example>"),
        (environment.sender, "Dupont S.A. <notices@shop.example>"),
        (environment.sender, "notices@mailhost"),
        (environment.mailbox, "privacy@mailhost"),
        (environment.broker_address, ""),
        (environment.broker_address, "redis://:word@127.0.0.1:6379/5"),
        (environment.broker_address, "amqp://guest:guest@rabbit//"),
        (environment.mail_host, "mailhost"),
        (environment.mail_host, "::1"),
        (environment.sender, '"Shoes, Inc." <notices@shop.example>'),
        (environment.sender, "Schuhe für alle <notices@bücher.example>"),
        (environment.sender, "notices@shop.example"),
        (environment.ledger_name, "::1/policysite"),
        (environment.service_address, ""),
        (environment.service_address, "https://authority.example/stamp"),
    ],
)
def test_what_can_be_meant_passes(check: Callable[[Any], None], value: object) -> None:
    check(value)

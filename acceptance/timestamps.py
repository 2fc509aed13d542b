"""Tokens of a time-stamping authority (RFC 3161): a checkpoint was there then, by another's clock."""

from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from cryptography.x509 import Certificate, load_pem_x509_certificates
from django.conf import settings
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from policies.refusal import Refusal

PATIENCE_SECONDS = 15
# A token with its certificates takes a few thousand bytes.
LARGEST = 64 * 1024


class NoToken(Refusal):
    """There is no token to be had, or what there is is none."""


def ask_for_token(data: bytes) -> tuple[bytes, datetime]:
    """Give the authority's answer about `data`, once it is verified, and its moment. Raises `NoToken`."""
    asked = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()
    request = Request(  # noqa: S310 - the administrator's own, and a web address
        settings.TIMESTAMP_AUTHORITY,
        data=asked.as_bytes(),
        headers={"Content-Type": "application/timestamp-query"},
    )
    try:
        with urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 - the same
            token = answer.read(LARGEST)
    except (URLError, HTTPException, OSError) as error:
        raise NoToken(f"The time-stamping authority does not answer: {error}. It is asked again.") from error
    return token, verify_token(token, data, nonce=asked.nonce)


def verify_token(token: bytes, data: bytes, *, nonce: int | None = None) -> datetime:
    """Give the moment at which `data` was there, as a token says. Raises `NoToken`."""
    builder = VerifierBuilder(roots=trusted_roots(), nonce=nonce)
    try:
        response: TimeStampResponse = decode_timestamp_response(token)
        builder.build().verify_message(response, data)
    except (VerificationError, ValueError) as error:
        raise NoToken(f"What the time-stamping authority gave is no token for this: {error}") from error
    return response.tst_info.gen_time


def trusted_roots() -> list[Certificate]:
    """Give the authority's root certificates. Raises `NoToken`."""
    try:
        return load_pem_x509_certificates(Path(settings.TIMESTAMP_ROOTS).read_bytes())
    except (OSError, ValueError) as error:
        raise NoToken(f"TIMESTAMP_ROOTS names no file with certificates in PEM: {error}") from error

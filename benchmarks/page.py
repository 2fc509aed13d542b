"""The public page: what keeping facts for a second saves, beside the same page read from the database."""

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http import HTTPStatus

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - models need the set-up above
from django.test import Client  # noqa: E402 - the same
from django.utils import timezone  # noqa: E402 - the same

from policies.models import Policy, PolicyKind, PolicyVersion  # noqa: E402 - the same
from policies.selectors import html_of, register, rule_book  # noqa: E402 - the same
from policies.services import create_policy, save_text  # noqa: E402 - the same

ROUNDS = {"small": 5, "full": 15}
REQUESTS = {"small": 40, "full": 400}
VERSIONS = {"small": 10, "full": 80}
ADDRESS = "/policies/benchmark/"


def run(scale: str) -> Iterator[dict[str, object]]:
    """Give the page's line: requests a second in one thread, warm, and with nothing kept."""
    call_command("migrate", verbosity=0)
    publish(VERSIONS[scale])
    client = Client(headers={"host": "127.0.0.1"})
    if client.get(ADDRESS).status_code != HTTPStatus.OK:
        raise LookupError("The public page does not answer; there is nothing to measure.")
    kept, read = [], []
    for _round in range(ROUNDS[scale]):
        kept.append(rate(lambda: client.get(ADDRESS), REQUESTS[scale]))
        read.append(rate(lambda: cold(client), REQUESTS[scale]))
    value, reference = statistics.median(kept), statistics.median(read)
    yield {
        "benchmark": "page",
        "case": f"public page, {VERSIONS[scale]} versions of 3000 words",
        "value": round(value, 1),
        "unit": "requests/s",
        "reference": "the same page with nothing kept in the process",
        "reference_value": round(reference, 1),
        "ratio": round(value / reference, 2),
        "runs": ROUNDS[scale],
    }


def cold(client: Client) -> None:
    """Ask for the page with nothing kept."""
    register.cache_clear()
    rule_book.cache_clear()
    html_of.cache_clear()
    client.get(ADDRESS)


def rate(request: Callable[[], object], times: int) -> float:
    """Give how many requests a second were answered."""
    started = time.perf_counter()
    for _ in range(times):
        request()
    return times / (time.perf_counter() - started)


def publish(count: int) -> None:
    """Publish `count` versions of one policy, the last one in force."""
    policy: Policy = create_policy(
        slug="benchmark", kind=PolicyKind.OTHER, name="Benchmark", default_language="en"
    )
    start = timezone.now() - timedelta(days=count + 1)
    for number in range(1, count + 1):
        at = start + timedelta(days=number)
        version = PolicyVersion.objects.create(policy=policy, created_at=at)
        body = "\n\n".join(f"Paragraph {number}.{i}. " + "lorem ipsum dolor " * 20 for i in range(50))
        save_text(version_id=version.pk, language="en", title="Benchmark", summary="", body=body)
        PolicyVersion.objects.filter(pk=version.pk).update(
            number=number, published_at=at, effective_at=at, imported_at=at
        )

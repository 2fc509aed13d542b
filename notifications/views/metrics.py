"""Figures of the notice pipeline in the text format of Prometheus, for whoever holds the token."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from ..selectors import Measures, measures


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer a scrape that carries the token; without a token in the settings there is no such page."""
    if not settings.METRICS_TOKEN:
        raise Http404
    if not constant_time_compare(
        request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"
    ):
        refused = HttpResponse("The token is missing or wrong.\n", "text/plain", HTTPStatus.UNAUTHORIZED)
        refused["WWW-Authenticate"] = "Bearer"
        return refused
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Pipeline(measures(now=timezone.now())))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


@dataclass(frozen=True, eq=False)
class Pipeline(Collector):
    """What the database says at one scrape.

    Nothing is counted inside the processes, so it does not matter which of them answers. A registry
    keeps collectors by identity, hence no comparison by value.
    """

    measured: Measures

    def collect(self) -> Iterable[Metric]:
        """Give one gauge for each kind of figure."""
        told = self.measured
        notices = {
            "waiting": told.notices.waiting,
            "accepted": told.notices.accepted,
            "failed": told.notices.failed,
            "unknown": told.notices.unknown,
            "skipped": told.notices.skipped,
            "cancelled": told.notices.cancelled,
        }
        campaigns = {state.lower(): count for state, count in told.campaigns.items()}
        yield labelled("policysite_campaigns", "Campaigns by state.", "state", campaigns)
        yield labelled("policysite_notices", "Notices by state, of all campaigns.", "state", notices)
        yield GaugeMetricFamily(
            "policysite_chunks_due", "Chunks with notices to be sent now.", value=told.chunks_due
        )
        yield GaugeMetricFamily(
            "policysite_oldest_due_age_seconds",
            "How long the oldest of them has been due; 0 where none is.",
            value=told.oldest_due_age,
        )
        yield GaugeMetricFamily(
            "policysite_leases_expired", "Chunks of workers that are gone.", value=told.leases_expired
        )
        yield labelled("policysite_alarm", "1 where something is broken.", "name", told.alarms)


def labelled(name: str, sentence: str, label: str, values: Mapping[str, int]) -> Metric:
    """Give a gauge with one sample for each value of a label."""
    family = GaugeMetricFamily(name, sentence, labels=[label])
    for value, count in values.items():
        family.add_metric([value], float(count))
    return family

"""Figures for Prometheus: counts, sizes and times; no ids, so that nobody can be followed by them."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1, 3, 10)


class Metrics:
    """The figures of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.requests = Counter(
            "fika_requests", "Requests, by route and status.", ["route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "fika_request_seconds", "Time to answer, by route.", ["route"], buckets=_SECONDS, registry=self.registry
        )
        self.envelopes = Counter("fika_envelopes", "Envelopes stored.", registry=self.registry)
        self.bytes_in = Counter("fika_bytes_in", "Bytes of bodies received.", registry=self.registry)
        self.bytes_out = Counter("fika_bytes_out", "Bytes of bodies sent.", registry=self.registry)
        self.refused = Counter(
            "fika_refusals", "Answers that were no success, by word.", ["code"], registry=self.registry
        )
        self.listeners = Gauge("fika_listeners", "Connections that wait for news.", registry=self.registry)

        self._of: dict[tuple[str, int], tuple[Counter, Histogram]] = {}

    def of(self, route: str, status: int) -> tuple[Counter, Histogram]:
        """Count and times of a route, looked up once: both come from our own tables, so there are few."""
        found = self._of.get((route, status))
        if found is None:
            found = self._of[route, status] = self.requests.labels(route, str(status)), self.seconds.labels(route)
        return found

    def text(self) -> bytes:
        """All of it, in the form Prometheus reads."""
        return generate_latest(self.registry)

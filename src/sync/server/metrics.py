"""Figures for Prometheus: counts, sizes and times; no ids, so that nobody can be followed by them."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1, 3, 10)
_BOUNDS: Final = (*(str(float(bound)) for bound in _SECONDS), "+Inf")


class _Times:
    """How long answers of one route took: how many within each bound and not within the one before, and all together."""

    __slots__ = ("counts", "total")

    def __init__(self) -> None:
        self.counts = [0] * len(_BOUNDS)
        self.total = 0.0


class Metrics(Collector):
    """The figures of one process, as plain numbers: they change at every answer and are read once in a while.

    They belong to the event loop, so nothing has to be locked.
    """

    def __init__(self) -> None:
        self.bytes_in = self.bytes_out = self.envelopes = self.listeners = 0
        self._requests: Counter[tuple[str, int]] = Counter()
        self._refused: Counter[str] = Counter()
        self._times: dict[str, _Times] = {}
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._registry.register(self)

    def answered(self, route: str, status: int, seconds: float, code: str = "") -> None:
        """Count an answer. Route and code come from our own tables, so there are few."""
        self._requests[route, status] += 1
        times = self._times.get(route)
        if times is None:
            times = self._times[route] = _Times()
        times.counts[bisect_left(_SECONDS, seconds)] += 1
        times.total += seconds
        if code:
            self._refused[code] += 1

    def collect(self) -> Iterator[Metric]:
        """The figures as they are now, for whoever asks for them."""
        requests = CounterMetricFamily("fika_requests", "Requests, by route and status.", labels=["route", "status"])
        for (route, status), count in self._requests.items():
            requests.add_metric([route, str(status)], count)
        yield requests
        seconds = HistogramMetricFamily("fika_request_seconds", "Time to answer, by route.", labels=["route"])
        for route, times in self._times.items():
            buckets = list(zip(_BOUNDS, accumulate(times.counts), strict=True))
            seconds.add_metric([route], buckets, times.total)
        yield seconds
        yield CounterMetricFamily("fika_envelopes", "Envelopes stored.", self.envelopes)
        yield CounterMetricFamily("fika_bytes_in", "Bytes of bodies received.", self.bytes_in)
        yield CounterMetricFamily("fika_bytes_out", "Bytes of bodies sent.", self.bytes_out)
        refused = CounterMetricFamily("fika_refusals", "Answers that were no success, by word.", labels=["code"])
        for code, count in self._refused.items():
            refused.add_metric([code], count)
        yield refused
        yield GaugeMetricFamily("fika_listeners", "Connections that wait for news.", self.listeners)

    def text(self) -> bytes:
        """All of it, in the form Prometheus reads."""
        return generate_latest(self._registry)

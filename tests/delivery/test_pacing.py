"""How fast requests go out: the operator's ceilings, and what the service lets on, by a clock that the test sets."""

import itertools
import threading
from collections.abc import Callable

import pytest
from cordwood.delivery.clock import Clock
from cordwood.delivery.pacing import Pacing


class SetClock(Clock):
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = 1000.0

    def now(self) -> float:
        return self.at

    def wait(self, changed: threading.Condition, until: Callable[[], bool], seconds: float) -> None:
        self.at += seconds


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


def send(pacing: Pacing, clock: SetClock, seconds: float, nbytes: int = 1_000_000) -> list[float]:
    """Send for that long, one request after the other as fast as may be; when each went out."""
    sent = []
    end = clock.at + seconds
    while (wait := pacing.reserve(nbytes)) + clock.at < end:
        clock.at += wait
        sent.append(clock.at)
        clock.at += 0.001
    clock.at = end
    return sent


def test_without_limits_nothing_waits(clock: SetClock) -> None:
    pacing = Pacing(clock)
    assert [pacing.reserve(1_000_000) for _ in range(100)] == [0] * 100


def test_the_ceiling_holds_over_all_workers(clock: SetClock) -> None:
    pacing = Pacing(clock, max_requests_per_second=10)
    waits = [pacing.reserve(1) for _ in range(8)]  # eight workers ask at once
    assert waits == pytest.approx([n / 10 for n in range(8)])
    assert len(send(pacing, clock, 60)) == pytest.approx(600, abs=10)


def test_bandwidth_is_that_of_what_went_over_the_wire(clock: SetClock) -> None:
    plain = len(send(Pacing(clock, max_bandwidth=5_000_000), clock, 60))
    assert plain == pytest.approx(5 * 60, abs=2)
    compressed = Pacing(clock, max_bandwidth=5_000_000)
    sent = 0
    end = clock.at + 60
    while (wait := compressed.reserve(1_000_000)) + clock.at < end:
        clock.at += wait
        compressed.correct(-800_000)  # a fifth of it went out
        sent += 1
    assert sent == pytest.approx(5 * plain, rel=0.05)


def test_a_throttle_slows_down_to_seven_tenths_of_what_was_sent(clock: SetClock) -> None:
    pacing = Pacing(clock, max_requests_per_second=100)
    sent = send(pacing, clock, 10)
    pacing.throttled(sent[-1])
    assert pacing.rate == pytest.approx(70, rel=0.05)


def test_one_burst_of_throttles_is_one_cut(clock: SetClock) -> None:
    pacing = Pacing(clock, max_requests_per_second=100)
    sent = send(pacing, clock, 10)
    for at in sent[-8:]:
        clock.at += 0.002
        pacing.throttled(at)
    assert pacing.rate == pytest.approx(70, rel=0.05)


def test_the_rate_comes_back_slowly_near_what_was_too_much_and_faster_beyond(clock: SetClock) -> None:
    pacing = Pacing(clock)
    for _ in range(2000):
        pacing.reserve(1)
        clock.at += 0.02
    pacing.throttled(clock.at)
    start = clock.at
    rates = []
    for second in range(30):
        clock.at = start + second
        rates.append(pacing.rate)
    assert rates == sorted(rates)
    assert rates[0] == pytest.approx(35, rel=0.05)
    gains = [later - earlier for earlier, later in itertools.pairwise(rates)]
    flat = min(range(len(gains)), key=lambda second: gains[second])
    assert rates[flat] == pytest.approx(50, rel=0.05)
    assert gains[-1] > 10 * gains[flat]


def test_under_throttles_without_end_it_still_asks_now_and_then(clock: SetClock) -> None:
    pacing = Pacing(clock, max_requests_per_second=100)
    sent = []
    end = clock.at + 3600
    while clock.at < end:
        clock.at += pacing.reserve(1)
        sent.append(clock.at)
        pacing.throttled(clock.at)
    assert 0.4 < len(sent) / 3600 < 2

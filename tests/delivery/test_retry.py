"""The table of decisions: what is done after an answer, and which answers count as throttled."""

import pytest
from cordwood.client.answer import THROTTLE_CODES, Answer, Fate
from cordwood.delivery.retry import Decision, decide, is_overload
from cordwood.ledger.request_stats import RequestStats


@pytest.mark.parametrize("answer", [*(Answer(Fate.REFUSED, code=code) for code in sorted(THROTTLE_CODES))])
def test_every_throttle_code_is_retried_slows_down_and_is_counted(answer: Answer) -> None:
    assert decide(answer) is Decision.AGAIN
    assert is_overload(answer)
    stats = RequestStats()
    stats.count(answer, repeated=False, seconds=0.1)
    assert stats.throttles == 1


def test_status_429_counts_as_throttled_whatever_its_code() -> None:
    answer = Answer(Fate.REFUSED, status=429)
    assert decide(answer) is Decision.AGAIN
    assert is_overload(answer)
    assert answer.throttled

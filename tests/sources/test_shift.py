"""How far timestamps are moved: always the same within a job, and found once."""

import time
from collections.abc import Callable

import pytest
from cordwood.sources.shift import FixedShift, shift_policy


@pytest.mark.parametrize(("shift_by", "milliseconds"), [(None, 0), (0, 0), (-7_200_000, -7_200_000)])
def test_a_fixed_shift_is_the_same_in_every_run(shift_by: int | None, milliseconds: int) -> None:
    policy = shift_policy(shift_by, lambda: pytest.fail("nothing is read for it"))
    assert policy.milliseconds() == milliseconds
    policy.recall(lambda name, find: pytest.fail("nothing is remembered of it"))
    assert policy.milliseconds() == milliseconds


def test_a_shift_to_now_reads_the_input_once() -> None:
    newest = [1_000]
    policy = shift_policy("to-now", newest.pop)
    before = time.time_ns() // 1_000_000 - 1_000
    assert before <= policy.milliseconds() <= before + 60_000
    assert policy.milliseconds() == policy.milliseconds()
    assert newest == []


def test_an_input_without_events_is_not_moved() -> None:
    assert shift_policy("to-now", lambda: None).milliseconds() == 0


def test_a_later_run_moves_by_what_the_first_run_found() -> None:
    stored: dict[str, int] = {}

    def recall(name: str, find: Callable[[], int]) -> int:
        return stored[name] if name in stored else stored.setdefault(name, find())

    first = shift_policy("to-now", lambda: 1_000)
    first.recall(recall)
    later = shift_policy("to-now", lambda: pytest.fail("the first run found it"))
    later.recall(recall)
    assert later.milliseconds() == first.milliseconds() == stored["shift_by"]
    assert not isinstance(later, FixedShift)

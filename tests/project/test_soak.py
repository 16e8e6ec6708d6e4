"""A short form of `make soak`: uploads under seeded faults, and a command that is killed and resumed."""

import os

import pytest
from soak import Tally, kill_until_done, schedules

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("first", [0, 1000])
@pytest.mark.filterwarnings("ignore")
def test_under_faults_nothing_is_lost_and_every_doubt_is_counted(first: int) -> None:
    tally = Tally()
    schedules(range(first, first + 6), tally)
    assert tally.wrong == []
    assert (tally.lost, tally.unreported_duplicates) == (0, 0)
    assert tally.faults > 0


@pytest.mark.skipif(os.name != "posix", reason="there is no kill -9")
def test_a_killed_upload_goes_on_where_it_stopped() -> None:
    done = kill_until_done(4, seed=7, events=20_000)
    assert done.kills == 4
    assert (done.lost, done.unreported_duplicates, done.too_many_duplicates) == (0, 0, 0)

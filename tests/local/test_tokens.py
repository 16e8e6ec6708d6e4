"""Sequence tokens of the local endpoint: today's service, and the one from before 2023."""

from collections.abc import Iterator

import pytest
from cordwood.local import LocalCloudWatchLogs
from endpoints import DAY, NOW
from local_wire import Wire


@pytest.fixture
def old() -> Iterator[Wire]:
    with LocalCloudWatchLogs(now=lambda: NOW, insist_on_sequence_tokens=True) as endpoint:
        endpoint.create("g", "s")
        wire = Wire(endpoint)
        yield wire
        wire.close()


def test_today_tokens_are_returned_and_ignored() -> None:
    with LocalCloudWatchLogs(now=lambda: NOW) as endpoint:
        endpoint.create("g", "s")
        wire = Wire(endpoint)
        first = wire.put([(NOW, "a")], sequenceToken="made up").json["nextSequenceToken"]
        second = wire.put([(NOW, "a")], sequenceToken=first).json["nextSequenceToken"]
        third = wire.put([(NOW, "a")], sequenceToken=first).json["nextSequenceToken"]
        assert len({first, second, third}) == 3
        assert all(len(token) == 56 and token.isdigit() for token in (first, second, third))
        assert endpoint.counts().events == 3
        assert wire.put([(NOW, "a")], sequenceToken="").error[0] == "InvalidParameterException"
        wire.close()


def test_today_tokens_may_be_left_out() -> None:
    with LocalCloudWatchLogs(now=lambda: NOW, return_sequence_tokens=False) as endpoint:
        endpoint.create("g", "s")
        wire = Wire(endpoint)
        assert wire.put([(NOW, "a")]).json == {}
        stream = wire.call("DescribeLogStreams", {"logGroupName": "g"}).json["logStreams"][0]
        assert "uploadSequenceToken" not in stream
        wire.close()


def test_old_streams_take_one_call_after_the_other(old: Wire) -> None:
    token = None
    for number in range(4):
        response = old.put([(NOW, str(number))], **({} if token is None else {"sequenceToken": token}))
        assert response.status == 200
        token = response.json["nextSequenceToken"]
        described = old.call("DescribeLogStreams", {"logGroupName": "g"}).json["logStreams"][0]
        assert described["uploadSequenceToken"] == token


def test_old_first_call_carries_none(old: Wire) -> None:
    response = old.put([(NOW, "a")], sequenceToken="made up")
    assert response.status == 400
    assert response.json == {
        "__type": "InvalidSequenceTokenException",
        "message": "The given sequenceToken is invalid. The next expected sequenceToken is: null",
    }
    assert old.put([(NOW, "a")], sequenceToken=None).status == 200


@pytest.mark.parametrize("token", [None, "made up"])
def test_old_wrong_token(old: Wire, token: str | None) -> None:
    expected = old.put([(NOW, "a")]).json["nextSequenceToken"]
    response = old.put([(NOW, "b")], sequenceToken=token)
    assert response.json == {
        "__type": "InvalidSequenceTokenException",
        "message": f"The given sequenceToken is invalid. The next expected sequenceToken is: {expected}",
        "expectedSequenceToken": expected,
    }
    assert old.put([(NOW, "b")], sequenceToken=expected).status == 200


def test_old_repetition_of_the_last_batch(old: Wire) -> None:
    carried = None
    for text in ("a", "b"):
        expected = old.put([(NOW, text)], sequenceToken=carried).json["nextSequenceToken"]
        response = old.put([(NOW, text)], sequenceToken=carried)
        assert response.json == {
            "__type": "DataAlreadyAcceptedException",
            "message": "The given batch of log events has already been accepted. "
            f"The next batch can be sent with sequenceToken: {expected}",
            "expectedSequenceToken": expected,
        }
        # Another batch with that token, or the same with one made up, is a wrong token
        assert old.put([(NOW, text + "!")], sequenceToken=carried).error[0] == "InvalidSequenceTokenException"
        assert old.put([(NOW, text)], sequenceToken="made up").error[0] == "InvalidSequenceTokenException"
        carried = expected
    # The same events with the right token are a new batch
    assert old.put([(NOW, "b")], sequenceToken=carried).status == 200


def test_old_refused_batches_leave_the_token_as_it_is(old: Wire) -> None:
    token = old.put([(NOW, "a")]).json["nextSequenceToken"]
    assert old.put([(NOW, "b"), (NOW - 1, "c")], sequenceToken=token).error[0] == "InvalidParameterException"
    # One of which every event is rejected counts as accepted
    response = old.put([(NOW - 15 * DAY, "b")], sequenceToken=token)
    assert response.json["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}
    assert old.put([(NOW, "b")], sequenceToken=response.json["nextSequenceToken"]).status == 200


def test_old_boto3_sees_the_expected_token() -> None:
    with LocalCloudWatchLogs(insist_on_sequence_tokens=True) as endpoint:
        endpoint.create("g", "s")
        client = endpoint.client()
        with pytest.raises(client.exceptions.InvalidSequenceTokenException) as caught:
            client.put_log_events(
                logGroupName="g",
                logStreamName="s",
                sequenceToken="x",
                logEvents=[{"timestamp": NOW, "message": "x"}],
            )
        assert "expectedSequenceToken" not in caught.value.response


def test_insisting_needs_returning() -> None:
    with pytest.raises(ValueError, match="has to return them"):
        LocalCloudWatchLogs(insist_on_sequence_tokens=True, return_sequence_tokens=False)

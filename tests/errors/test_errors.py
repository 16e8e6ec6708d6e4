"""Exceptions cross to another process and back."""

import copy
import inspect
import multiprocessing
import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import cordwood
import pytest
from botocore.exceptions import ClientError
from cordwood import Outcome, Report, errors
from cordwood.errors import Error, PartialPutError, RequestError, UploadError
from patience import PATIENCE


def report() -> Report:
    counts = dict.fromkeys(Outcome, 0) | {Outcome.UNDELIVERED: 2}
    return Report(log_group_name="g", log_stream_name="s", sources=(), events=2, counts=counts)


def partial_put(cause: BaseException | None = None) -> PartialPutError:
    return PartialPutError(cause, "1 of 3 was stored", events=3, stored=1, not_stored=[2], unknown=[0])


def with_note() -> Error:
    error = RequestError("refused", code="ThrottlingException", request_id="r-1")
    error.add_note("a note")
    return error


EXAMPLES: list[Error] = [
    errors.EventError(3, Outcome.EMPTY, "its message is empty"),
    errors.EventTypeError(3, Outcome.INVALID, "its timestamp is a str"),
    errors.OptionError("`filtr` is unknown; did you mean `filter`?"),
    errors.OptionValueError("`timezone` is 'x'"),
    errors.InputError("no zone; say which with `timezone`"),
    errors.UncertainTimeError("x.log: unsure", name="x.log", lines=["a"], suggestions=[("timezone", "UTC")]),
    errors.UnknownFormatError("x.log: no timestamp", kind="no_timestamps", name="x.log", lines=["a", "b"]),
    errors.AmbiguousTimestampError("x.log: 01/02/03", name="x.log", suggestions=[("timestamp_format", "%d/%m/%y")]),
    errors.MissingTimeZoneError("x.log: no zone", name="x.log", suggestions=[("timezone", "UTC")]),
    errors.OtherLayoutsError("x.log: 3 lines", count=3, name="x.log"),
    errors.OptionFitsNoLineError("x.log: fits none", option="timestamp_format", looked_at=7, name="x.log"),
    errors.OutputError("it holds something else"),
    errors.JournalError("it belongs to another upload"),
    errors.JournalUnwritableError("no permission"),
    errors.LimitError("too many events"),
    errors.CredentialsError("expired", code="ExpiredToken", request_id="r-2"),
    errors.AccessDeniedError("denied", code="AccessDeniedException"),
    errors.UnknownOutcomeError("lost"),
    partial_put(),
    UploadError("2 of 2 events were not accepted", report()),
    with_note(),
]


def raised(number: int) -> None:
    """In another process."""
    raise EXAMPLES[number]


def assert_equal(error: BaseException, expected: BaseException) -> None:
    assert type(error) is type(expected)
    assert str(error) == str(expected)
    assert error.args == expected.args
    assert vars(error) == vars(expected)


def test_every_exception_has_an_example_here() -> None:
    defined = {found for _, found in inspect.getmembers(errors, inspect.isclass) if issubclass(found, Error)}
    assert {type(example) for example in EXAMPLES} == defined - {Error}


def test_every_exception_is_exported() -> None:
    defined = {name for name, found in inspect.getmembers(errors, inspect.isclass) if issubclass(found, Error)}
    assert defined <= set(cordwood.__all__)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: type(example).__name__)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_exception_is_the_same_after_pickling(example: Error, protocol: int) -> None:
    assert_equal(pickle.loads(pickle.dumps(example, protocol)), example)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_is_the_same(copied: Callable[[Error], Error]) -> None:
    for example in EXAMPLES:
        assert_equal(copied(example), example)


def test_the_cause_is_pickled_too() -> None:
    refusal = ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "PutLogEvents")
    error = pickle.loads(pickle.dumps(partial_put(refusal)))
    assert isinstance(error.__cause__, ClientError)
    assert error.__cause__.response == refusal.response
    nested = pickle.loads(pickle.dumps(partial_put(with_note())))
    assert_equal(nested.__cause__, with_note())
    silenced = RequestError("refused")
    silenced.__suppress_context__ = True
    assert pickle.loads(pickle.dumps(silenced)).__suppress_context__
    assert not pickle.loads(pickle.dumps(RequestError("refused"))).__suppress_context__


class NeedsTwoArguments(Exception):
    """Pickles, and does not come back."""

    def __init__(self, reason: str, by: str) -> None:
        super().__init__(f"{reason} by {by}")


@pytest.mark.parametrize(
    "cause", [OSError(threading.Lock()), NeedsTwoArguments("closed", "peer")], ids=["lock", "init"]
)
def test_a_cause_that_does_not_pickle_becomes_its_text(cause: Exception) -> None:
    error = pickle.loads(pickle.dumps(partial_put(cause)))
    assert type(error.__cause__) is Error
    assert str(error.__cause__) == f"{type(cause).__module__}.{type(cause).__qualname__}: {cause}"


def test_exceptions_come_out_of_a_process_pool() -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        for number, example in enumerate(EXAMPLES):
            error = pool.submit(raised, number).exception(timeout=PATIENCE)
            assert error is not None
            assert_equal(error, example)


def test_exceptions_come_out_of_a_multiprocessing_pool() -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        for number, example in enumerate(EXAMPLES):
            with pytest.raises(type(example)) as caught:
                pool.apply_async(raised, (number,)).get(timeout=PATIENCE)
            assert_equal(caught.value, example)

"""What makes a refused request succeed when it is sent again. One class is one remedy.

A remedy is made for one call of `PutLogEventsClient.send` and knows what it has tried already. Each acts only after
the service refused the whole request, so nothing is stored twice.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from cordwood.client.provisioning import create, waits

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Mapping

    from cordwood._core import Batch
    from cordwood.client.answer import Answer
    from cordwood.client.tokens import SequenceTokens, Stream
    from cordwood.options import CreateOptions


@dataclass(slots=True)
class Parameters:
    """What a request is made of. A remedy changes it before the request is sent again."""

    batch: Batch
    log_group_name: str
    log_stream_name: str
    sequence_token: str | None
    entity: Mapping[str, Mapping[str, str]] | None

    @property
    def stream(self) -> Stream:
        """The log stream, as the key of its tokens."""
        return self.log_group_name, self.log_stream_name


class Remedy(Protocol):
    """One thing to do about a request that was refused."""

    def apply(self, answer: Answer, parameters: Parameters) -> bool:
        """Remove the reason for which a request was refused, if it is this remedy's.

        Returns:
            Whether to send the request again.

        Raises:
            Exception: whatever the boto3 client raises.

        """
        ...


class ExpectedToken:
    """Takes the sequence token that the service expects, after it refused another.

    Args:
        client: the boto3 client.
        tokens: learns the token.
        tries: refusals that are answered so: another writer of the stream may be faster, but not forever.

    """

    def __init__(self, client: Any, tokens: SequenceTokens, tries: int) -> None:
        self._client = client
        self._tokens = tokens
        self._tries_left = tries

    def apply(self, answer: Answer, parameters: Parameters) -> bool:
        """See `Remedy`."""
        if answer.code != "InvalidSequenceTokenException" or self._tries_left <= 0:
            return False
        self._tries_left -= 1
        parameters.sequence_token = self._expected(answer, parameters)
        self._tokens.learn(parameters.stream, parameters.sequence_token)
        return True

    def _expected(self, answer: Answer, parameters: Parameters) -> str | None:
        if "expectedSequenceToken" in answer.response:
            expected: str | None = answer.response["expectedSequenceToken"]
            return expected
        found = self._client.describe_log_streams(
            logGroupName=parameters.log_group_name, logStreamNamePrefix=parameters.log_stream_name
        )
        for described in found["logStreams"]:
            if described["logStreamName"] == parameters.log_stream_name:
                uploaded: str | None = described.get("uploadSequenceToken")
                return uploaded
        return None


class CreateMissing:
    """Creates the log group and the log stream that the service did not find, then waits until it finds them.

    Args:
        client: the boto3 client.
        wanted: what may be created.
        lock: lets one thread at a time create; those after it find everything made.
        tokens: forgets the token of a stream that was created.
        first_token: the token for a new stream's first request: the caller's own, or None.

    """

    def __init__(
        self,
        client: Any,
        wanted: CreateOptions,
        lock: threading.Lock,
        tokens: SequenceTokens,
        first_token: str | None,
    ) -> None:
        self._client = client
        self._wanted = wanted
        self._lock = lock
        self._tokens = tokens
        self._first_token = first_token
        self._waits: Iterator[float] | None = None
        """For the stream to be found; None until it was created."""

    def apply(self, answer: Answer, parameters: Parameters) -> bool:
        """See `Remedy`."""
        if answer.code != "ResourceNotFoundException" or not self._wanted.wanted:
            return False
        if self._waits is None:
            with self._lock:
                create(self._client, self._wanted, *parameters.stream)
            self._waits = waits()
            parameters.sequence_token = self._first_token
            self._tokens.forget(parameters.stream)
            return True
        wait = next(self._waits, None)
        if wait is not None:
            time.sleep(wait)
        return wait is not None

"""`cordwood.PutLogEventsClient`."""

from __future__ import annotations

import logging
import math
import threading
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

from cordwood._core import Batch
from cordwood.client import answer as answers
from cordwood.client._botocore import close_connections
from cordwood.client.answer import Answer, Fate
from cordwood.client.botocore_body import ErrorAnswer, HandedOver, Request, install, placeholder_went_out
from cordwood.client.compression import BodyCompression
from cordwood.client.connection import connection_of
from cordwood.client.credentials import Credentials
from cordwood.client.entity import check_entity
from cordwood.client.error_messages import to_exception
from cordwood.client.forks import use_own_connections
from cordwood.client.one_batch import one_batch
from cordwood.client.remedies import CreateMissing, ExpectedToken, Parameters, Remedy
from cordwood.client.request_ids import RequestIds
from cordwood.client.tokens import SequenceTokens
from cordwood.errors import OptionError, OptionValueError
from cordwood.options import ClientOption, ConnectOptions, CreateOptions, SendOptions, resolve
from cordwood.options.option_type import documented
from cordwood.options.signatures import CLIENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cordwood._model import Rejected
    from cordwood.options import OptionSet
    from cordwood.options.keywords import ClientOptions

log = logging.getLogger("cordwood")

_MAX_TOKEN_TRIES = 5
"""Each refusal names the token that would have been right."""


@dataclass(frozen=True, slots=True)
class PutLogEventsResult:
    """The response to one request that the service accepted.

    Attributes:
        next_sequence_token: for the stream's next call; None if the service leaves it out, as today's may.
        rejected: the events that the service rejected, by position in the caller's list: too old, too new, expired.
        rejected_entity_info: why the entity was rejected, as the API's RejectedEntityInfo; None if it was not.
        request_id: the service's id of the request.
        already_accepted: the service had accepted the same batch before (DataAlreadyAcceptedException): a success.
        response: the response as botocore parsed it.

    """

    next_sequence_token: str | None
    rejected: list[Rejected]
    rejected_entity_info: Mapping[str, Any] | None
    request_id: str | None
    already_accepted: bool = False
    response: Mapping[str, Any] = field(default_factory=dict, repr=False)


@documented(CLIENT)
class PutLogEventsClient:
    """PutLogEvents over a boto3 logs client: one call is one request.

    It sends finished bodies, tracks the sequence token of each stream although it never needs one, and accepts only a
    valid response. It sends a request again only if the service said that nothing of it was stored. Other calls of the
    boto3 client are unchanged. Threads may share an instance.

    Args:
        client: a boto3 logs client; by default, one is made from the options of `ConnectOptions`.
        options: as follows. `max_concurrency` is the number of threads that will share it: a client made here keeps as
            many connections.

    Options:

    Nothing is created unless an option says so, and then only after the service returned ResourceNotFoundException.
    """

    def __init__(self, client: Any = None, **options: Unpack[ClientOptions]) -> None:
        chosen = resolve(CLIENT, options)
        connection, send = chosen[ConnectOptions], chosen[SendOptions]
        self._create = chosen[CreateOptions]
        if self._create.retention_in_days is not None and not self._create.create_log_group:
            raise OptionValueError(
                "`retention_in_days` is for a log group that is created: add `create_log_group`, or leave it out"
            )
        if client is None:
            client = connection_of(connection, max_concurrency=send.max_concurrency)
        elif given := list(connection.given()):
            raise OptionError(f"`{given[0]}` is for a client that is made here: leave out either it or `client`")
        _check_client(client)
        self.client = client
        self._from_aws = answers.is_aws_host(client.meta.endpoint_url)
        self._tokens = SequenceTokens()
        self._compression = BodyCompression(send.compression, is_aws=self._from_aws)
        self._credentials = Credentials(client)
        self._creating = threading.Lock()
        self._ids = RequestIds()
        install(client)

    @property
    def is_aws(self) -> bool:
        """Whether the endpoint is one of Amazon's own."""
        return self._from_aws

    @property
    def compression_used(self) -> str:
        """What bodies are sent with now: `gzip` or `none`."""
        return self._compression.used

    @property
    def compression_note(self) -> str:
        """Why they are not compressed any more, in a few words; empty if there is nothing to explain."""
        return self._compression.note

    def renew_credentials(self) -> bool:
        """Get new credentials from their source, and return whether they differ from those used before.

        If several threads call it at the same time, one does the work.
        """
        return self._credentials.renew()

    def put_log_events(
        self,
        log_group_name: str,
        log_stream_name: str,
        log_events: Batch | Iterable[Any],
        *,
        sequence_token: str | None = None,
        entity: Mapping[str, Mapping[str, str]] | None = None,
    ) -> PutLogEventsResult:
        """Send one request.

        Args:
            log_group_name: 1 to 512 of the characters A-Z a-z 0-9 . - _ / #.
            log_stream_name: 1 to 512 characters, neither `:` nor `*`.
            log_events: a `Batch`, or events as `cordwood.batches` takes them; they are sorted.
            sequence_token: sent instead of the one that is tracked.
            entity: the API's Entity.

        Raises:
            LimitError: the events do not fit one request. Nothing was sent.
            EventError: an event is not a legal log event. Nothing was sent.
            UnknownOutcomeError: no valid response came; the events may be stored.
            CredentialsError: the credentials are missing or not accepted.
            AccessDeniedError: the credentials lack a permission.
            botocore.exceptions.ClientError: any other error of the service; nothing was stored.
            botocore.exceptions.BotoCoreError: the request was not sent.

        """
        check_entity(entity)
        batch = log_events if isinstance(log_events, Batch) else one_batch(log_events)
        answer = self.send(batch, log_group_name, log_stream_name, sequence_token=sequence_token, entity=entity)
        if answer.fate is not Fate.ACCEPTED:
            raise to_exception(answer, self.client, log_group_name, log_stream_name) from answer.exception
        return PutLogEventsResult(
            next_sequence_token=answer.response.get("nextSequenceToken"),
            rejected=answers.rejected_of(answer.response, batch),
            rejected_entity_info=answer.response.get("rejectedEntityInfo"),
            request_id=answer.request_id,
            already_accepted=answer.already_accepted,
            response=answer.response,
        )

    def send(
        self,
        batch: Batch,
        log_group_name: str,
        log_stream_name: str,
        *,
        sequence_token: str | None = None,
        entity: Mapping[str, Mapping[str, str]] | None = None,
        token_tries: int | None = None,
        use_token: bool = True,
    ) -> Answer:
        """Send one batch and return what is known of it, instead of raising.

        A request that the service refused as a whole is sent again if there is a remedy: for a wrong token, for a
        missing log group or log stream, for a compressed body.

        Args:
            batch: the events.
            log_group_name: as for `put_log_events`.
            log_stream_name: as for `put_log_events`.
            sequence_token: as for `put_log_events`.
            entity: as for `put_log_events`.
            token_tries: how often a refused token is replaced by the one that the service expects; 5 times if None.
            use_token: without it, the request carries no tracked token, and none is learned from its answer, so that
                requests to one stream may run in parallel.

        Raises:
            ValueError: a name, the token or the entity is not legal, as in `Batch.body`. Nothing was sent.
            TypeError: one of them has the wrong type. Nothing was sent.

        """
        stream = (log_group_name, log_stream_name)
        token = self._tokens.next_of(stream) if sequence_token is None and use_token else sequence_token
        parameters = Parameters(batch, log_group_name, log_stream_name, token, entity)
        remedies: list[Remedy] = []
        requests = wire_bytes = 0
        while True:
            answer = self._send_compressed_or_plain(parameters)
            requests += answer.requests
            wire_bytes += answer.wire_bytes
            answer = replace(answer, requests=requests, wire_bytes=wire_bytes)
            if answer.fate is Fate.ACCEPTED:
                if use_token:
                    self._tokens.learn(stream, answer.response.get("nextSequenceToken"))
                return answer
            if answer.already_accepted:
                expected = answer.response.get("expectedSequenceToken")
                self._tokens.learn(stream, expected)
                known = {"nextSequenceToken": expected} if expected else {}
                return replace(answer, fate=Fate.ACCEPTED, why="", response=known, exception=None)
            remedies = remedies or self._remedies(token_tries if use_token else 0, sequence_token)
            try:
                again = any(remedy.apply(answer, parameters) for remedy in remedies)
            except Exception as exception:
                return replace(answers.of_preparation(exception), requests=requests, wire_bytes=wire_bytes)
            if not again:
                return answer

    def _remedies(self, token_tries: int | None, first_token: str | None) -> list[Remedy]:
        tries = _MAX_TOKEN_TRIES if token_tries is None else token_tries
        return [
            ExpectedToken(self.client, self._tokens, tries),
            CreateMissing(self.client, self._create, self._creating, self._tokens, first_token),
        ]

    def _send_compressed_or_plain(self, parameters: Parameters) -> Answer:
        """Send one request, compressed or not; and once more, plain, if the first may have been refused for that.

        Not among the remedies: whether compression works is known only when the plain request is answered, and until
        then no other thread tries it.
        """
        compression = self._compression
        if not compression.begin():
            return self._send_once(parameters)
        taken, refusal = False, None
        try:
            answer = self._send_once(parameters, gzip=True)
            taken = answer.fate is Fate.ACCEPTED
            if not compression.is_refused(answer):
                return answer
            plain = self._send_once(parameters)
            refusal = answer if plain.fate is Fate.ACCEPTED else None
            return replace(plain, requests=2, wire_bytes=answer.wire_bytes + plain.wire_bytes)
        finally:
            compression.end(taken=taken, refusal=refusal)

    def _send_once(self, parameters: Parameters, *, gzip: bool = False) -> Answer:
        token, entity = parameters.sequence_token, parameters.entity
        body = parameters.batch.body(*parameters.stream, sequence_token=token, entity=entity, gzip=gzip)
        request = Request(parameters.batch, body, gzip)
        members: dict[str, Any] = {
            "logGroupName": parameters.log_group_name,
            "logStreamName": parameters.log_stream_name,
            "logEvents": HandedOver(request),
        }
        if token is not None:
            members["sequenceToken"] = token
        if entity is not None and self._knows_entity:
            members["entity"] = entity
        answer = self._answer_to(request, members)
        return replace(answer, wire_bytes=len(body)) if request.body_in_place else answer

    def _answer_to(self, request: Request, parameters: Mapping[str, Any]) -> Answer:
        use_own_connections(self.client)
        try:
            response = self.client.put_log_events(**parameters)
        except ErrorAnswer as answered:
            error_class = self.client.exceptions.from_code(answered.parsed.get("Error", {}).get("Code"))
            return answers.of_error(error_class(answered.parsed, "PutLogEvents"))
        except self.client.exceptions.ClientError as error:
            # Another call's, for credentials: that of this one comes as an `ErrorAnswer`, or from a Stubber.
            ours = error.operation_name == "PutLogEvents"
            return answers.of_error(error) if ours else answers.of_preparation(error)
        except Exception as exception:
            return answers.of_exception(request, exception)
        if request.status is not None and not request.body_in_place:
            raise placeholder_went_out()
        answer = answers.of_response(request, response, from_aws=self._from_aws)
        if answer.fate is Fate.ACCEPTED and answer.request_id and self._ids.is_another_requests(answer.request_id):
            answer = replace(answer, fate=Fate.UNKNOWN, why="the response has the request id of another request")
        if answer.fate is Fate.UNKNOWN:
            # What else comes on such a connection may not be for the next request either.
            close_connections(self.client)
        return answer

    @cached_property
    def _knows_entity(self) -> bool:
        """Whether this botocore knows the member; an older one would reject it, and the body has it anyway."""
        return "entity" in self.client.meta.service_model.operation_model("PutLogEvents").input_shape.members


def _check_client(client: Any) -> None:
    model = getattr(getattr(client, "meta", None), "service_model", None)
    service = getattr(model, "service_name", None)
    if service != "logs":
        what = f"a client of {service}" if service else f"of type {type(client).__name__}"
        raise OptionError(f"`client` is {what}; it must be one of CloudWatch Logs: boto3.client('logs')")


def sender_of(options: OptionSet) -> PutLogEventsClient:
    """Return the client of an upload: a `PutLogEventsClient` as it is, or one made from the options.

    Raises:
        OptionError: a `PutLogEventsClient` is given, and options that one is made from.

    """
    client, send = options[ClientOption].client, options[SendOptions]
    if isinstance(client, PutLogEventsClient):
        made_of = options.given(ConnectOptions, CreateOptions)
        made_of.pop("retention_in_days", None)  # which also says which events have expired
        if "compression" in send.given():
            made_of["compression"] = send.compression
        if made_of:
            names = ", ".join(f"`{name}`" for name in made_of)
            raise OptionError(f"pass {names} to the PutLogEventsClient itself: it is used as it is")
        return client
    if client is not None:
        _check_client(client)
    connections = math.inf if client is None else client.meta.config.max_pool_connections
    if connections < send.max_concurrency:
        log.warning(
            "the client keeps %d connections and max_concurrency is %d: the other connections are opened for each "
            "request (config=botocore.config.Config(max_pool_connections=%d) keeps them)",
            connections,
            send.max_concurrency,
            send.max_concurrency,
        )
    return client_over(client, options, **options.given(ConnectOptions))


def client_over(client: Any, options: OptionSet, **connection: Any) -> PutLogEventsClient:
    """Return a `PutLogEventsClient` over a boto3 client, with the options of an upload."""
    create, send = options[CreateOptions], options[SendOptions]
    created = create.given() | {"create_log_stream": create.create_log_stream}
    if not create.create_log_group:
        created.pop("retention_in_days", None)  # which only says which events have expired
    return PutLogEventsClient(
        client, compression=send.compression, max_concurrency=send.max_concurrency, **created, **connection
    )

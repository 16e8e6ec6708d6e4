"""`cordwood.put_log_events`: the command `cordwood put-log-events`, or `aws logs put-log-events`, as a function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal


def put_log_events(
    *,
    log_group_name: str | None = None,
    log_stream_name: str | None = None,
    log_events: str | Sequence[str] | Sequence[Mapping[str, Any]] | None = None,
    sequence_token: str | None = None,
    entity: str | Mapping[str, Mapping[str, str]] | None = None,
    cli_input_json: str | None = None,
    cli_input_yaml: str | None = None,
    generate_cli_skeleton: Literal["input", "yaml-input", "output"] | None = None,
    no_batching: bool = False,
    client: Any = None,
    endpoint_url: str | None = None,
    no_verify_ssl: bool = False,
    query: str | None = None,
    profile: str | None = None,
    region: str | None = None,
    no_sign_request: bool = False,
    ca_bundle: str | None = None,
    cli_read_timeout: int | None = None,
    cli_connect_timeout: int | None = None,
) -> Any:
    """Do what `cordwood put-log-events` does, for programs that would otherwise run a command line.

    Each argument is the option of the same name, and may have the same value as on a command line: `file://` and
    `fileb://` are read, shorthand and JSON are parsed. A list that one request cannot carry is sorted and cut. To send
    many lists, `cordwood.Uploader` is faster and accounts for every event.

    Args:
        log_group_name: the log group.
        log_stream_name: the log stream in it.
        log_events: a list of `{"timestamp": milliseconds, "message": text}`; or a string, or a list of strings, as on a
            command line.
        sequence_token: for the first request; the following ones carry the tokens of the responses.
        entity: the API's Entity: a mapping, or as on a command line.
        cli_input_json: a JSON document with members that no other argument gives.
        cli_input_yaml: the same in YAML.
        generate_cli_skeleton: send nothing; return a sample request, or with `"output"` a sample response.
        no_batching: send exactly what is given, in one request.
        client: a boto3 logs client to use; by default, one is made from the arguments that follow, by AWS CLI v2's
            rules.
        endpoint_url: instead of the one of the AWS configuration.
        no_verify_ssl: do not verify the certificates of TLS connections.
        query: a JMESPath expression; its result is returned instead of the response.
        profile: by default AWS_PROFILE, AWS_DEFAULT_PROFILE.
        region: by default AWS_REGION, AWS_DEFAULT_REGION, the profile's.
        no_sign_request: send without a signature.
        ca_bundle: a file of certificates to verify with.
        cli_read_timeout: seconds, by default 60; 0 waits indefinitely.
        cli_connect_timeout: seconds, by default 60; 0 waits indefinitely.

    Returns:
        The members of the response, as a dict: `nextSequenceToken`, `rejectedLogEventsInfo`, `rejectedEntityInfo`, as
        far as the service returned them. Of several requests: the last token, and indexes into the whole sorted list.

    Raises:
        ValueError: an argument is invalid (a `cordwood.Error`, too, unless a number cannot be parsed).
        PartialPutError: a request failed after others had stored events, or its response was lost.
        botocore.exceptions.ClientError: the service refused the request.
        botocore.exceptions.BotoCoreError: any other error of botocore; nothing was stored.

    """
    from cordwood.awscli import checks, cli_input, skeleton
    from cordwood.awscli.batched import put
    from cordwood.awscli.put_log_events import COMMAND
    from cordwood.awscli.request import read_request
    from cordwood.awscli.service import call_without_sending, connect_by_options

    compiled = None if query is None else checks.compile_query(query)
    given = {
        "--log-group-name": log_group_name,
        "--log-stream-name": log_stream_name,
        # One word, as it would stand on a command line.
        "--log-events": [log_events] if isinstance(log_events, str) else log_events,
        "--sequence-token": sequence_token,
        "--entity": entity,
        "--cli-input-json": cli_input_json,
        "--cli-input-yaml": cli_input_yaml,
    }
    request = cli_input.merge(*read_request(COMMAND.input, given))
    if generate_cli_skeleton == "input":
        return skeleton.sample(COMMAND.input)
    if generate_cli_skeleton == "yaml-input":
        return skeleton.yaml_text(COMMAND.input)
    if client is None:
        client = connect_by_options(
            profile=profile,
            region=region,
            endpoint_url=endpoint_url,
            verify_ssl=not no_verify_ssl,
            sign_request=not no_sign_request,
            ca_bundle=ca_bundle,
            read_timeout=checks.timeout(cli_read_timeout),
            connect_timeout=checks.timeout(cli_connect_timeout),
        )
    if generate_cli_skeleton == "output":
        answer = call_without_sending(client, COMMAND, request)
    else:
        answer = put(client, request, batching=not no_batching)
    return answer if compiled is None else compiled.search(answer)

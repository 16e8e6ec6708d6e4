"""Endpoints, certificates, timeouts, retries, and the errors of the service."""

import pytest
from twin import CALL, EVENT, NAMES, NOW, Case, Twin

NO_GROUP = (
    "An error occurred (ResourceNotFoundException) when calling the PutLogEvents operation: "
    "The specified log group does not exist."
)
EXPECTED_TOKEN = {
    "kind": "answer",
    "status": 400,
    "body": '{"__type": "InvalidSequenceTokenException", "message": "no", "expectedSequenceToken": "495", "extra": 1}',
}

CASES = {
    "an endpoint by option": Case(
        [*CALL, "--endpoint-url", "{url}"], {"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": "http://127.0.0.1:9"}
    ),
    "an endpoint by the general variable": Case(
        CALL, {"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": None, "AWS_ENDPOINT_URL": "{url}"}
    ),
    "an endpoint by profile": Case(
        CALL, {"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": None}, files={"config": "[default]\nendpoint_url = {url}\n"}
    ),
    "an endpoint by services": Case(
        CALL,
        {"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": None},
        files={"config": "[default]\nservices = x\n[services x]\ncloudwatch_logs =\n  endpoint_url = {url}\n"},
    ),
    "an endpoint without a scheme": Case([*CALL, "--endpoint-url", "127.0.0.1"]),
    "an endpoint without a host": Case([*CALL, "--endpoint-url", "http://"]),
    "an empty endpoint": Case([*CALL, "--endpoint-url="]),
    "nobody listens": Case([*CALL, "--endpoint-url", "http://127.0.0.1:9"], {"AWS_MAX_ATTEMPTS": "1"}),
    "TLS where there is none": Case([*CALL, "--endpoint-url", "https://127.0.0.1:9"], {"AWS_MAX_ATTEMPTS": "1"}),
    "a bundle that is not there": Case(
        [*CALL, "--endpoint-url", "https://127.0.0.1:9", "--ca-bundle", "nope.pem"], {"AWS_MAX_ATTEMPTS": "1"}
    ),
    "timeouts": Case([*CALL, "--cli-read-timeout", "5", "--cli-connect-timeout", "0"]),
    "a timeout that is no number": Case([*CALL, "--cli-read-timeout", "soon"]),
    "a connect timeout that is no number": Case([*CALL, "--cli-connect-timeout", "1.5"]),
    "a negative timeout": Case([*CALL, "--cli-read-timeout=-1"]),
    "query before endpoint before timeout": Case(
        ["--cli-read-timeout", "x", "--endpoint-url", "x", "--query", "[", "put-log-events", "--bogus"]
    ),
    "endpoint before timeout": Case(["--cli-read-timeout", "x", "--endpoint-url", "x", "put-log-events", "--bogus"]),
    "timeout before the command": Case(["--cli-read-timeout", "x", "put-log-events", "--bogus"]),
    "output before query": Case(["--query", "[", "put-log-events", "--output", "bogus"], told="argument --output"),
    "no such group": Case(["--log-group-name", "nope", "--log-stream-name", "s", "--log-events", EVENT]),
    "no such stream": Case(["--log-group-name", "g", "--log-stream-name", "nope", "--log-events", EVENT]),
    "throttled once": Case(CALL, endpoint={"faults": ["throttle"]}),
    "throttled for ever": Case(
        CALL, {"AWS_MAX_ATTEMPTS": "2"}, endpoint={"faults": ["throttle"] * 2}, told="ThrottlingException"
    ),
    "a fault of the service, once": Case(CALL, endpoint={"faults": ["internal_error"]}),
    "a connection that is cut, once": Case(CALL, endpoint={"faults": ["reset_before"]}),
    "an answer that is a web page": Case(CALL, {"AWS_MAX_ATTEMPTS": "1"}, endpoint={"faults": ["html_200"]}),
    "an empty answer": Case(CALL, endpoint={"faults": ["empty_200"]}),
    "an answer without content": Case(CALL, endpoint={"faults": ["status_204"]}),
    "three tries, as AWS CLI 2": Case(
        CALL, endpoint={"faults": ["throttle"] * 3}, code=254, told="(reached max retries: 2)", alone=True
    ),
    "a wrong token": Case(
        [*CALL, "--sequence-token", "1"],
        endpoint={"insist_on_sequence_tokens": True},
        told="An error occurred (InvalidSequenceTokenException) when calling the PutLogEvents operation: ",
    ),
    "the events' own rules are the service's, with --no-batching": Case(
        [*CALL, f"timestamp={NOW - 1},message=b", "--no-batching"],
        code=254,
        told="must be in chronological order",
        alone=True,
    ),
    **{
        f"an error as {form}": Case(
            ["--log-group-name", "nope", "--log-stream-name", "s", "--log-events", EVENT, "--cli-error-format", form],
            code=254,
            stdout="",
            told=told,
            alone=True,
        )
        for form, told in {
            "legacy": f"\ncordwood: [ERROR]: {NO_GROUP}\n",
            "enhanced": f"\ncordwood: [ERROR]: {NO_GROUP}\n",
            "json": '{\n    "Message": "The specified log group does not exist.",\n'
            '    "Code": "ResourceNotFoundException"\n}\n',
            "yaml": "Code: ResourceNotFoundException\nMessage: The specified log group does not exist.\n",
            "text": "ResourceNotFoundException\tThe specified log group does not exist.\n",
            "table": "|                                  error                                 |\n",
        }.items()
    },
    "the members of an error": Case(
        [*CALL, "--sequence-token", "1"],
        endpoint={"insist_on_sequence_tokens": True, "faults": [EXPECTED_TOKEN]},
        code=254,
        told="\n\nAdditional error details:\nexpectedSequenceToken: 495\n",
        alone=True,
    ),
    "an error format by environment": Case(
        ["--log-group-name", "nope", "--log-stream-name", "s", "--log-events", EVENT],
        {"AWS_CLI_ERROR_FORMAT": "text"},
        code=254,
        told="ResourceNotFoundException\t",
        alone=True,
    ),
    "an error format that there is not": Case(
        ["--log-group-name", "nope", "--log-stream-name", "s", "--log-events", EVENT],
        {"AWS_CLI_ERROR_FORMAT": "bogus"},
        code=254,
        told=f"\ncordwood: [ERROR]: {NO_GROUP}\n",
        alone=True,
    ),
    "an error format by profile": Case(
        [*NAMES, "--log-events", "word"],
        files={"config": "[default]\ncli_error_format = text\n"},
        code=252,
        told="ParamValidation\tError parsing parameter '--log-events'",
        alone=True,
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_network_as_in_aws(case: Case, twin: Twin) -> None:
    twin.assert_equal(case)

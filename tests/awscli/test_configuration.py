"""Region, profile, keys and other settings, from options, environment and files."""

import json

import pytest
from cordwood.local import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from twin import CALL, NAMES, Case, Twin

FILES = {
    "config": "[default]\nregion = us-east-1\n[profile two]\nregion = us-east-1\n[profile wrong]\nregion = eu-west-1\n",
    "credentials": f"[default]\naws_access_key_id = {ACCESS_KEY_ID}\naws_secret_access_key = {SECRET_ACCESS_KEY}\n"
    f"[two]\naws_access_key_id = {ACCESS_KEY_ID}\naws_secret_access_key = {SECRET_ACCESS_KEY}\n"
    "[wrong]\naws_access_key_id = AKIDWRONG\naws_secret_access_key = x\n",
}

CASES = {
    "a region by option": Case([*CALL, "--region", "us-east-1"], {"AWS_DEFAULT_REGION": "eu-west-1"}),
    "a region by environment": Case(CALL),
    "a region by profile": Case(CALL, {"AWS_DEFAULT_REGION": None}, files=FILES),
    "an empty region": Case([*CALL, "--region", ""]),
    "no region": Case(CALL, {"AWS_DEFAULT_REGION": None}),
    "no region, told as JSON": Case(
        [*CALL, "--cli-error-format", "json"],
        {"AWS_DEFAULT_REGION": None},
        code=253,
        told='{\n    "Code": "NoRegion",\n    "Message": "You must specify a region. You can also',
        alone=True,
    ),
    "a region that is none": Case([*CALL, "--region", "bad region"]),
    "a region that the endpoint is not in": Case([*CALL, "--region", "eu-west-1"]),
    "a profile by option": Case([*CALL, "--profile", "two"], {"AWS_DEFAULT_REGION": None}, files=FILES),
    "a profile by option wins over keys": Case([*CALL, "--profile", "two"], files=FILES),
    "a profile by environment does not": Case(CALL, {"AWS_PROFILE": "two"}, files=FILES),
    "a profile by environment, without keys": Case(
        CALL, {"AWS_PROFILE": "two", "AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}, files=FILES
    ),
    "an empty profile": Case([*CALL, "--profile", ""], files=FILES),
    "no such profile": Case([*CALL, "--profile", "nope"], files=FILES),
    "no such profile by environment": Case(CALL, {"AWS_PROFILE": "nope"}, files=FILES),
    "no such profile, and another fault": Case(["--profile", "nope", "put-log-events", *NAMES, "--log-events", "x"]),
    "no keys": Case(CALL, {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}),
    "half the keys": Case(CALL, {"AWS_SECRET_ACCESS_KEY": None}),
    "validation before keys": Case([*NAMES, "--log-events", "timestamp=-1"], {"AWS_SECRET_ACCESS_KEY": None}),
    "wrong keys": Case(CALL, {"AWS_ACCESS_KEY_ID": "AKIDWRONG"}),
    "keys from the credentials file": Case(
        CALL, {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}, files=FILES
    ),
    "keys from a process": Case(
        CALL,
        {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None},
        files={
            "config": "[default]\ncredential_process = cat keys\n",
            "keys": json.dumps({"Version": 1, "AccessKeyId": ACCESS_KEY_ID, "SecretAccessKey": SECRET_ACCESS_KEY}),
        },
    ),
    "a process that fails": Case(
        CALL,
        {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None},
        files={"config": "[default]\ncredential_process = false\n"},
    ),
    "no signature": Case(
        [*CALL, "--no-sign-request"],
        {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None},
        endpoint={"check_signatures": False},
    ),
    "no signature, where one is needed": Case([*CALL, "--no-sign-request"]),
    "a configuration that cannot be read": Case(
        CALL, files={"config": "nonsense"}, code=255, told="Unable to parse config file"
    ),
    "a format of timestamps that there is not": Case(
        CALL,
        files={"config": "[default]\ncli_timestamp_format = bogus\n"},
        code=253,
        told='Unknown cli_timestamp_format value: bogus, valid values are "wire" or "iso8601"',
    ),
    "a format of timestamps": Case(CALL, files={"config": "[default]\ncli_timestamp_format = wire\n"}),
    # What AWS CLI 2 does otherwise.
    "AWS_REGION before AWS_DEFAULT_REGION": Case(
        [*CALL, "--query", "`1`"],
        {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "eu-west-1"},
        code=0,
        stdout="1\n",
        alone=True,
    ),
    "AWS_PROFILE before AWS_DEFAULT_PROFILE": Case(
        [*CALL, "--query", "`1`"],
        {
            "AWS_PROFILE": "two",
            "AWS_DEFAULT_PROFILE": "wrong",
            "AWS_DEFAULT_REGION": None,
            "AWS_ACCESS_KEY_ID": None,
            "AWS_SECRET_ACCESS_KEY": None,
        },
        files=FILES,
        code=0,
        stdout="1\n",
        alone=True,
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_configuration_as_in_aws(case: Case, twin: Twin) -> None:
    twin.assert_equal(case)

"""Logs in S3, against moto's: streamed, by their version, with an error that says what is missing."""

import gzip
import json
import time
from collections.abc import Iterator
from typing import Any

import boto3
import cordwood
import pytest
from botocore.exceptions import ReadTimeoutError
from cli_upload import NAMES, environment_of, run
from cordwood.local import LocalCloudWatchLogs
from cordwood.sources.log_files import LogFiles
from cordwood.sources.s3 import S3Object
from endpoints import messages

pytestmark = pytest.mark.slow

BUCKET = "logs-of-old"


@pytest.fixture
def s3(moto_url: str) -> Iterator[Any]:
    client: Any = boto3.client(
        "s3", endpoint_url=moto_url, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    client.create_bucket(Bucket=BUCKET)
    yield client
    for one in client.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        client.delete_object(Bucket=BUCKET, Key=one["Key"])
    client.delete_bucket(Bucket=BUCKET)


def lines(count: int) -> bytes:
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return "".join(f"{at} line {n:06d}\n" for n in range(count)).encode()


def test_objects_and_prefixes_are_uploaded_and_remembered(
    cloudwatch_logs: LocalCloudWatchLogs, s3: Any, moto_url: str
) -> None:
    cloudwatch_logs.create("g", "s")
    plain, packed = lines(60_000), gzip.compress(lines(3))
    s3.put_object(Bucket=BUCKET, Key="2026/big.log", Body=plain)
    s3.put_object(Bucket=BUCKET, Key="2026/small.gz", Body=packed)
    environment = {**environment_of(cloudwatch_logs), "AWS_ENDPOINT_URL_S3": moto_url}
    one = run(environment, "upload", f"s3://{BUCKET}/2026/big.log", *NAMES, "--output", "json")
    assert (one.code, one.json["counts"]["accepted"]) == (0, 60_000)
    assert sorted(messages(cloudwatch_logs)) == sorted(plain.decode().splitlines())
    again = run(environment, "upload", f"s3://{BUCKET}/2026/big.log", *NAMES)
    assert "already uploaded" in again.err
    both = run(environment, "upload", f"s3://{BUCKET}/2026/", *NAMES, "--output", "json")
    assert both.json["counts"]["accepted"] == 60_003
    assert [source["bytes_read"] for source in both.json["sources"]] == [len(plain), len(packed)]
    s3.put_object(Bucket=BUCKET, Key="2026/big.log", Body=b"another")
    changed = run(environment, "upload", f"s3://{BUCKET}/2026/big.log", *NAMES, "--timestamp-from", "now")
    assert changed.code == 252


def test_a_replaced_object_is_another(cloudwatch_logs: LocalCloudWatchLogs, s3: Any, moto_url: str) -> None:
    cloudwatch_logs.create("g", "s")
    environment = {**environment_of(cloudwatch_logs), "AWS_ENDPOINT_URL_S3": moto_url}
    s3.put_object(Bucket=BUCKET, Key="k", Body=lines(2))
    assert run(environment, "upload", f"s3://{BUCKET}/k", *NAMES).code == 0
    s3.put_object(Bucket=BUCKET, Key="k", Body=lines(3))
    changed = run(environment, "upload", f"s3://{BUCKET}/k", *NAMES)
    assert changed.code == 252
    assert "its version is" in changed.err


def test_what_is_missing_is_said(cloudwatch_logs: LocalCloudWatchLogs, s3: Any, moto_url: str) -> None:
    environment = {**environment_of(cloudwatch_logs), "AWS_ENDPOINT_URL_S3": moto_url}
    for url, error in (
        (f"s3://{BUCKET}/nothing", "no such object"),
        (f"s3://{BUCKET}/nothing/", "no object has a key that begins like this"),
        (f"s3://{BUCKET}", "an S3 address is s3://bucket/key"),
        ("s3://no-such-bucket/", "NoSuchBucket"),
    ):
        done = run(environment, "upload", url, *NAMES)
        assert done.code == 252
        assert f"{url}: {error}" in done.err


class Breaks:
    """A client whose streams break now and then, as long connections do."""

    def __init__(self, client: Any, after: int) -> None:
        self._client = client
        self._after = after
        self.streams = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def get_object(self, **asked: Any) -> Any:
        answer = self._client.get_object(**asked)
        self.streams += 1
        body, left = answer["Body"], self._after

        class Body:
            def read(self, length: int | None = None) -> bytes:
                nonlocal left
                if left <= 0:
                    raise ReadTimeoutError(endpoint_url="x")
                chunk: bytes = body.read(min(length or left, left))
                left -= len(chunk)
                return chunk

            def close(self) -> None:
                body.close()

        return {**answer, "Body": Body()}


def test_a_stream_that_breaks_is_taken_up_where_it_broke(s3: Any) -> None:
    whole = lines(60_000)
    s3.put_object(Bucket=BUCKET, Key="k", Body=whole)
    client = Breaks(s3, 700_000)
    file = S3Object(f"s3://{BUCKET}/k", client)
    with file.opened() as read:
        found = b"".join(iter(lambda: read() or b"", b""))
    assert found == whole
    assert client.streams == -(-len(whole) // 700_000)
    silent = S3Object(f"s3://{BUCKET}/k", Breaks(s3, 0))
    with silent.opened() as read, pytest.raises(cordwood.InputError, match="byte 0"):
        read()


def test_an_object_replaced_while_it_is_read_is_an_error_and_no_mixture(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="k", Body=lines(60_000))
    source = LogFiles([f"s3://{BUCKET}/k"], "s", s3=lambda: s3)
    s3.put_object(Bucket=BUCKET, Key="k", Body=lines(60_001))
    with pytest.raises(cordwood.InputError, match="replaced while it was read"):
        list(source)


def test_a_program_names_objects_too(
    cloudwatch_logs: LocalCloudWatchLogs, s3: Any, monkeypatch: pytest.MonkeyPatch, moto_url: str
) -> None:
    cloudwatch_logs.create("g", "s")
    s3.put_object(Bucket=BUCKET, Key="k", Body=json.dumps([{"timestamp": int(time.time() * 1000), "message": "a"}]))
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", moto_url)
    for name, value in {"ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "b", "REGION": "us-east-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    report = cordwood.upload(
        f"s3://{BUCKET}/k",
        log_group_name="g",
        log_stream_name="s",
        client=cloudwatch_logs.client(),
    )
    assert report.accepted == 1

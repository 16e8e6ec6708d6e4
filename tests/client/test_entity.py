"""An entity that the service would refuse is refused before anything is sent."""

from typing import Any

import cordwood
import pytest
from cordwood.local import LocalCloudWatchLogs
from endpoints import now

TWO = {"Type": "Service", "Name": "shop"}


@pytest.mark.parametrize(
    ("entity", "why"),
    [
        ({"keyAttributes": {"Type": "Service"}}, "has 1 attributes; it may have 2 to 4"),
        ({"keyAttributes": {**TWO, "Environment": "x", "Identifier": "y", "ResourceType": "z"}}, "has 5 attributes"),
        ({"keyAttributes": {**TWO, "Colour": "red"}}, "has 'Colour'; its names are Type, ResourceType, Identifier"),
        (
            {"keyAttributes": {**TWO, "Name": "x" * 513}},
            r"keyAttributes\.Name has 513 characters; it may have 1 to 512",
        ),
        ({"keyAttributes": {**TWO, "Name": ""}}, r"keyAttributes\.Name has 0 characters"),
        ({"attributes": {f"{n}": "x" for n in range(11)}}, "has 11 attributes; it may have 0 to 10"),
        ({"attributes": {"x" * 257: "y"}}, "has a name of 257 characters; it may have 1 to 256"),
        ({"colour": {}}, "has the member 'colour'"),
    ],
)
def test_an_entity_beyond_the_model_is_refused(cloudwatch_logs: LocalCloudWatchLogs, entity: Any, why: str) -> None:
    client, events = cloudwatch_logs.client(), [(now(), "m")]
    with pytest.raises(ValueError, match=why):
        cordwood.upload(events, log_group_name="g", log_stream_name="s", client=client, entity=entity)
    with pytest.raises(ValueError, match=why):
        cordwood.PutLogEventsClient(client).put_log_events("g", "s", events, entity=entity)
    assert cloudwatch_logs.requests() == []


def test_an_entity_within_the_model_is_sent(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g", "s")
    entity = {"keyAttributes": {**TWO, "Name": "x" * 512}, "attributes": {f"{n}": "y" for n in range(10)}}
    client = cordwood.PutLogEventsClient(cloudwatch_logs.client())
    assert client.put_log_events("g", "s", [(now(), "m")], entity=entity).rejected == []

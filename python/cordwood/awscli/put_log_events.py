"""The description of put-log-events, which the command and the function share."""

from __future__ import annotations

from cordwood.awscli.model import Command, Flag, ListOf, MapOf, Scalar, Structure

_ENTITY = Structure(
    documentation="The entity associated with the log events.",
    members={
        "keyAttributes": MapOf(
            value=Scalar(type="string"),
            documentation="The attributes of the entity which identify the specific entity, as a list of key-value "
            "pairs. Entities with the same keyAttributes are considered to be the same entity.\n\nThere are five "
            "allowed attributes (key names): Type, ResourceType, Identifier Name, and Environment.",
        ),
        "attributes": MapOf(
            value=Scalar(type="string"),
            documentation="Additional attributes of the entity that are not used to specify the identity of the "
            "entity. A list of key-value pairs.",
        ),
    },
)

_LOG_EVENTS = ListOf(
    documentation="The log events. In any order and number: see DESCRIPTION.",
    member=Structure(
        documentation="Represents a log event, which is a record of activity that was recorded by the application or "
        "resource being monitored.",
        required=("timestamp", "message"),
        members={
            "timestamp": Scalar(
                type="long",
                documentation="The time the event occurred, expressed as the number of milliseconds after Jan 1, 1970 "
                "00:00:00 UTC.",
            ),
            "message": Scalar(
                type="string",
                documentation="The raw event message. Each log event can be no larger than 1 MB.",
            ),
        },
    ),
)

_INPUT = Structure(
    required=("logGroupName", "logStreamName", "logEvents"),
    members={
        "logGroupName": Scalar(type="string", documentation="The name of the log group."),
        "logStreamName": Scalar(type="string", documentation="The name of the log stream."),
        "logEvents": _LOG_EVENTS,
        "sequenceToken": Scalar(
            type="string",
            documentation="The sequence token obtained from the response of the previous PutLogEvents call. Today's "
            "service ignores it. It is for the first request; the following ones carry the tokens of the responses.",
        ),
        "entity": _ENTITY,
    },
)

_OUTPUT = Structure(
    members={
        "nextSequenceToken": Scalar(
            type="string",
            documentation="The next sequence token. Of several requests, that of the last. Today's service may leave "
            "it out, and ignores it.",
        ),
        "rejectedLogEventsInfo": Structure(
            documentation="The rejected events. Where the list was sorted, the indexes are those of the sorted list.",
            members={
                "tooNewLogEventStartIndex": Scalar(
                    type="integer",
                    documentation="The index of the first log event that is too new. This field is inclusive.",
                ),
                "tooOldLogEventEndIndex": Scalar(
                    type="integer",
                    documentation="The index of the last log event that is too old. This field is exclusive.",
                ),
                "expiredLogEventEndIndex": Scalar(type="integer", documentation="The expired log events."),
            },
        ),
        "rejectedEntityInfo": Structure(
            required=("errorType",),
            documentation="Information about why the entity is rejected when calling PutLogEvents. Only returned when "
            "the entity is rejected. The events may still be accepted.",
            members={
                "errorType": Scalar(
                    type="string",
                    documentation="The type of error that caused the rejection of the entity when calling "
                    "PutLogEvents.",
                    allowed=(
                        "InvalidEntity",
                        "InvalidTypeValue",
                        "InvalidKeyAttributes",
                        "InvalidAttributes",
                        "EntitySizeTooLarge",
                        "UnsupportedLogGroupType",
                        "MissingRequiredFields",
                    ),
                )
            },
        ),
    }
)

_DOCUMENTATION = """\
Uploads log events to the specified log stream, as `aws logs put-log-events` does.

A list that one request can carry is sent once and unchanged, and the service's response is printed unchanged. So is \
a list with an event that is never legal (empty, longer than 1,048,550 bytes, not valid Unicode), and a list whose \
only problem is the age of events: the service reports what is wrong.

A list that is out of order, or over 10,000 events, or over 1,048,576 bytes (the sum of all messages in UTF-8, and 26 \
for each event), or over 24 hours from its first to its last event that is neither older than 14 days nor more than 2 \
hours in the future, is sorted by timestamp and cut into the fewest requests. One line on standard error says how many \
there were. If one of them fails, the error says how many events were stored before it, and which positions of the \
list were not. --no-batching sends exactly what is given, in one request.

Events more than 2 hours in the future, older than 14 days or older than the log group's retention are rejected one by \
one; the exit code is 0 all the same.

If a call to PutLogEvents returns "UnrecognizedClientException" the most likely cause is a non-valid AWS access key ID \
or secret key."""

_EXAMPLES = """\
The following command puts log events to a log stream named 20150601 in the log group my-logs:

  cordwood put-log-events --log-group-name my-logs --log-stream-name 20150601 --log-events file://events

Output:

  {
      "nextSequenceToken": "49542672486831074009579604567656788214806863282469607346"
  }

It reads a JSON array of events from a file named events in the current directory:

  [
    {
      "timestamp": 1433190184356,
      "message": "Example Event 1"
    },
    {
      "timestamp": 1433190184358,
      "message": "Example Event 2"
    }
  ]

A call may carry the sequence token of the previous response:

  cordwood put-log-events --log-group-name my-logs --log-stream-name 20150601 --log-events file://events2 \
--sequence-token "49542672486831074009579604567656788214806863282469607346\""""

COMMAND = Command(
    name="put-log-events",
    operation="PutLogEvents",
    input=_INPUT,
    output=_OUTPUT,
    documentation=_DOCUMENTATION,
    flags=(
        Flag(
            name="--no-batching",
            documentation="Send exactly what is given, in one request, as `aws logs put-log-events` does; without "
            "it, a list that one request cannot carry is sorted and cut.",
        ),
    ),
    examples=_EXAMPLES,
)

"""JSON lines. Each line of a log has its true time before it."""

from written_times import Case, case

UTC = {"timezone": "UTC"}

CASES: list[Case] = [
    case(
        "json-in-text",
        "right or refused",
        "2026-11-24T10:00:01Z|2026-11-24 10:00:01 a",
        '2026-11-24T10:00:02Z|{"time":"2026-11-24T10:00:02Z","msg":"x"}',
        "2026-11-24T10:00:03Z|2026-11-24 10:00:03 a",
        **UTC,
    ),
    case(
        "json-pino",
        "right",
        '2026-11-24T10:00:01.250Z|{"level":30,"time":1795514401250,"pid":1,"msg":"a"}',
        '2026-11-24T10:00:02.250Z|{"level":30,"time":1795514402250,"pid":1,"msg":"b"}',
    ),
    case(
        "json-naive",
        "right",
        '2026-11-24T10:00:01.250Z|{"asctime":"2026-11-24 10:00:01,250","msg":"a"}',
        '2026-11-24T10:00:02.250Z|{"asctime":"2026-11-24 10:00:02,250","msg":"b"}',
        **UTC,
    ),
    case(
        "json-fmt",
        "right",
        '2026-11-05T10:00:01Z|{"when":"05/11/26 10:00:01","msg":"a"}',
        '2026-11-05T10:00:02Z|{"when":"05/11/26 10:00:02","msg":"b"}',
        timestamp_field="when",
        timestamp_format="%d/%m/%y %H:%M:%S",
        timezone="UTC",
    ),
    case(
        "nested",
        "right or refused",
        '2026-11-24T10:00:01Z|{"log":{"time":"2026-11-24T10:00:01Z"},"m":"a"}',
        '2026-11-24T10:00:02Z|{"log":{"time":"2026-11-24T10:00:02Z"},"m":"b"}',
    ),
    case(
        "dur-first",
        "right",
        '2026-11-24T10:00:01Z|{"time":12,"timestamp":"2026-11-24T10:00:01Z"}',
        '2026-11-24T10:00:02Z|{"time":1795,"timestamp":"2026-11-24T10:00:02Z"}',
    ),
    case(
        "dur-big",
        "right",
        '2026-11-24T10:00:01Z|{"time":1795514401,"ts":"2026-11-24T10:00:01Z"}',
        '2026-11-24T10:00:02Z|{"time":250,"ts":"2026-11-24T10:00:02Z"}',
        '2026-11-24T10:00:03Z|{"time":3,"ts":"2026-11-24T10:00:03Z"}',
    ),
    case(
        "ampm",
        "right",
        '2026-11-24T22:00:01Z|{"time":"11/24/2026 10:00:01 PM","m":1}',
        '2026-11-24T22:00:02Z|{"time":"11/24/2026 10:00:02 PM","m":1}',
        **UTC,
    ),
    case(
        "ambig",
        "refused",
        '2026-11-05T22:00:01Z|{"time":"11/05/2026 10:00:01 PM","m":1}',
        '2026-11-05T22:00:02Z|{"time":"11/05/2026 10:00:02 PM","m":1}',
        **UTC,
    ),
    case(
        "esc",
        "right",
        '2026-11-24T08:00:01Z|{"time":"2026-11-24T10:00:01\\u002B02:00","m":1}',
        '2026-11-24T08:00:02Z|{"time":"2026-11-24T10:00:02\\u002B02:00","m":1}',
    ),
    case(
        "cst",
        "right",
        '2026-11-24T16:00:01Z|{"time":"2026-11-24 10:00:01 CST","m":1}',
        '2026-11-24T16:00:02Z|{"time":"2026-11-24 10:00:02 CST","m":1}',
        timezone="America/Chicago",
    ),
    case(
        "iso-event",
        "right or refused",
        '2026-11-24T10:00:01Z|{"timestamp":"2026-11-24T10:00:01Z","message":"a"}',
        '2026-11-24T10:00:02Z|{"timestamp":"2026-11-24T10:00:02Z","message":"b"}',
    ),
    case(
        "fieldnone",
        "refused",
        '2026-11-24T10:00:01Z|{"ts":"2026-11-24T10:00:01Z","m":"a"}',
        timestamp_field="nope",
    ),
]

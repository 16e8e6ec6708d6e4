"""`put-log-events` as AWS CLI v2 has it.

`put_log_events` describes the command. Its two faces are `command`, for a command line, and `function`, for a program;
`batched` sends for both. All else knows nothing of log events. `model` says what a command is made of; `driver` runs
one in the order in which AWS CLI v2 does its work: `arguments`, `values` and `shorthand`, `cli_input`, `skeleton`, the
call, `output`, or `error_output`. Nothing imports botocore before there is something to send.
"""

"""The parts of an AWS CLI v2 command that know nothing of the command itself.

`model` says what a command is made of; `driver` runs one, in the order in which AWS CLI v2 does its work: `arguments`,
`values` and `shorthand`, `cli_input`, `skeleton`, then the command's own call, then `output`; `errors` tells what went
wrong. None of them needs botocore before there is something to send.
"""

"""The description of the command is that of botocore's own model, and its parts know nothing of log events."""

import pathlib
import re
from typing import Any

import botocore.session
import cordwood.awscli
from cordwood.awscli.model import ListOf, MapOf, Scalar, Shape, Structure, option_name, overview
from cordwood.awscli.put_log_events import COMMAND


def described(shape: Shape) -> Any:
    """Types and names of ours, in order."""
    match shape:
        case Structure():
            return {name: described(member) for name, member in shape.members.items()}, list(shape.required)
        case ListOf():
            return [described(shape.member)]
        case MapOf():
            return {"*": described(shape.value)}
        case Scalar():
            return shape.type, list(shape.allowed)


def modelled(shape: Any) -> Any:
    """Types and names of botocore's, in order."""
    match shape.type_name:
        case "structure":
            members = {name: modelled(member) for name, member in shape.members.items()}
            return members, list(shape.required_members)
        case "list":
            return [modelled(shape.member)]
        case "map":
            return {"*": modelled(shape.value)}
    return shape.type_name, list(getattr(shape, "enum", []))


def sentences(ours: Shape, theirs: Any) -> list[tuple[str, str]]:
    """The first sentence of each documentation, ours and botocore's."""
    found = [(overview(ours.documentation), overview(re.sub("<[^>]*>", "", theirs.documentation)))]
    match ours:
        case Structure():
            for name, member in ours.members.items():
                found += sentences(member, theirs.members[name])
        case ListOf():
            found += sentences(ours.member, theirs.member)
    return found


def test_it_is_what_botocore_says() -> None:
    operation = botocore.session.get_session().get_service_model("logs").operation_model(COMMAND.operation)
    assert described(COMMAND.input) == modelled(operation.input_shape)
    assert described(COMMAND.output) == modelled(operation.output_shape)
    for ours, theirs in (*sentences(COMMAND.input, operation.input_shape),):
        assert ours == theirs


def test_names_of_options() -> None:
    assert [option_name(member) for member in COMMAND.input.members] == [
        "--log-group-name",
        "--log-stream-name",
        "--log-events",
        "--sequence-token",
        "--entity",
    ]


OF_PUT_LOG_EVENTS = {"__init__.py", "put_log_events.py", "batched.py", "command.py", "function.py"}


def test_the_generic_parts_know_nothing_of_log_events() -> None:
    folder = pathlib.Path(cordwood.awscli.__file__).parent
    files = [file for file in sorted(folder.glob("*.py")) if file.name not in OF_PUT_LOG_EVENTS]
    assert len(files) > 10
    for file in files:
        assert not re.search(r"log.?(events?|group|stream)|timestamp=|putlog", file.read_text().lower()), file.name

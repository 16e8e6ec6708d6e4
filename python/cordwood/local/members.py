"""Reads the members of a request: their JSON types, and the constraints of the service's model.

A wrong JSON type ends the request at once, as deserializing does in the service; broken constraints are collected
and told together. The constraints are those of the API reference (and of `service-2.json`, from which it is made).
"""

import re
from typing import Any

from cordwood.local import errors

GROUP_NAME = re.compile(r"[\.\-_/#A-Za-z0-9]+")
STREAM_NAME = re.compile(r"[^:*]*")
IDENTIFIER = re.compile(r"[\w#+=/:,.@-]*")
LONG = range(-(2**63), 2**63)


def wrong_type(value: Any, wanted: str) -> errors.ServiceError:
    """The error of a value whose JSON type is not the wanted one: String, Long, Integer or Boolean."""
    match value:
        case dict():
            return errors.serialization("Start of structure or map found where not expected.")
        case list():
            return errors.serialization("Start of list found where not expected")
        case bool():
            found = "TRUE_VALUE" if value else "FALSE_VALUE"
        case int():
            found = "NUMBER_VALUE"
        case float():
            found = "DECIMAL_VALUE"
        case _:
            found = "STRING_VALUE"
    return errors.serialization(f"{found} can not be converted to {'an' if wanted[0] == 'I' else 'a'} {wanted}")


def violation(value: str | None, name: str, constraint: str) -> str:
    """One broken constraint, in the service's words. A value of None is JSON's null."""
    told = "null" if value is None else f"'{value}'"
    return f"Value {told} at '{name}' failed to satisfy constraint: {constraint}"


class Members:
    """The members of one request, read one by one; `check` then raises what was found wrong."""

    def __init__(self, body: dict[str, Any]) -> None:
        self._body = body
        self._violations: list[str] = []

    def check(self) -> None:
        """Raises InvalidParameterException if a member that was read breaks its constraints."""
        if self._violations:
            raise errors.constraints(self._violations)

    def violated(self, value: str | None, name: str, constraint: str) -> None:
        """Notes a broken constraint."""
        self._violations.append(violation(value, name, constraint))

    def _raw(self, name: str, required: bool) -> Any:
        value = self._body.get(name)
        if value is None and required:
            self.violated(None, name, "Member must not be null")
        return value

    def text(
        self,
        name: str,
        *,
        required: bool = False,
        least: int = 1,
        most: int | None = None,
        pattern: re.Pattern[str] | None = None,
    ) -> str | None:
        """A string, its length counted in characters."""
        value = self._raw(name, required)
        if value is None:
            return None
        if type(value) is not str:
            raise wrong_type(value, "String")
        self._constrain(value, name, least, most, pattern)
        return value

    def _constrain(self, value: str, name: str, least: int, most: int | None, pattern: re.Pattern[str] | None) -> None:
        if pattern is not None and not pattern.fullmatch(value):
            self.violated(value, name, f"Member must satisfy regular expression pattern: {pattern.pattern}")
        if len(value) < least:
            self.violated(value, name, f"Member must have length greater than or equal to {least}")
        if most is not None and len(value) > most:
            self.violated(value, name, f"Member must have length less than or equal to {most}")

    def group_name(self, name: str = "logGroupName", *, required: bool = True) -> str:
        """The name of a log group; empty where it is missing, which `check` then tells."""
        return self.text(name, required=required, most=512, pattern=GROUP_NAME) or ""

    def stream_name(self, name: str = "logStreamName", *, required: bool = True) -> str:
        """The name of a log stream; empty where it is missing, which `check` then tells."""
        return self.text(name, required=required, most=512, pattern=STREAM_NAME) or ""

    def group(self) -> str:
        """The log group of a reading action: its name, or its name or ARN as logGroupIdentifier, never both."""
        name = self.group_name(required=False)
        identifier = self.text("logGroupIdentifier", most=2048, pattern=IDENTIFIER)
        self.check()
        if bool(name) == bool(identifier):
            raise errors.invalid_parameter("You must include either logGroupName or logGroupIdentifier, but not both.")
        if not identifier:
            return name
        # arn:aws:logs:REGION:ACCOUNT:log-group:NAME, perhaps with :* after it
        return identifier.split(":")[6] if identifier.count(":") >= 6 else identifier

    def number(
        self, name: str, *, required: bool = False, least: int | None = 0, most: int | None = None
    ) -> int | None:
        """A whole number."""
        value = self._raw(name, required)
        if value is None:
            return None
        if type(value) is not int or value not in LONG:
            raise wrong_type(value, "Long")
        if least is not None and value < least:
            self.violated(str(value), name, f"Member must have value greater than or equal to {least}")
        if most is not None and value > most:
            self.violated(str(value), name, f"Member must have value less than or equal to {most}")
        return value

    def flag(self, name: str, default: bool) -> bool:
        """A boolean."""
        value = self._raw(name, False)
        if value is None:
            return default
        if type(value) is not bool:
            raise wrong_type(value, "Boolean")
        return value

    def choice(self, name: str, values: tuple[str, ...], default: str) -> str:
        """One word of an enumeration."""
        value = self.text(name, least=0)
        if value is None:
            return default
        if value not in values:
            self.violated(value, name, f"Member must satisfy enum value set: [{', '.join(values)}]")
        return value

    def stream_names(self, name: str) -> list[str] | None:
        """A list of 1 to 100 names of log streams."""
        value = self._raw(name, False)
        if value is None:
            return None
        if type(value) is not list:
            raise errors.serialization("Expected list or null")
        if not value:
            self.violated("[]", name, "Member must have length greater than or equal to 1")
        if len(value) > 100:
            self.violated(f"[{', '.join(map(str, value))}]", name, "Member must have length less than or equal to 100")
        for item in value:
            if type(item) is not str:
                raise wrong_type(item, "String")
            self._constrain(item, name, 1, 512, STREAM_NAME)
        return value

    def texts(
        self, name: str, *, least: int, most: int, key_most: int, value_least: int, value_most: int
    ) -> dict[str, str] | None:
        """A map of strings: the number of its entries, and the lengths of its keys and values."""
        value = self._raw(name, False)
        if value is None:
            return None
        if type(value) is not dict:
            raise errors.serialization("Expected map or null")
        if not least <= len(value) <= most:
            side = f"greater than or equal to {least}" if len(value) < least else f"less than or equal to {most}"
            self.violated(str(value), name, f"Member must have length {side}")
        for key, text in value.items():
            if type(text) is not str:
                raise wrong_type(text, "String")
            self._constrain(key, name, 1, key_most, None)
            self._constrain(text, f"{name}.{key}.member", value_least, value_most, None)
        return value

    def structure(self, name: str) -> "Members | None":
        """A structure, to be read and checked in its turn."""
        value = self._raw(name, False)
        if value is None:
            return None
        if type(value) is not dict:
            raise errors.serialization("Expected structure or null")
        return Members(value)

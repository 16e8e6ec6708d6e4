"""The rules for the entity of a request, from the model of PutLogEvents: Entity, and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping

KEY_ATTRIBUTES = ("Type", "ResourceType", "Identifier", "Name", "Environment")
"""The names that `keyAttributes` may have."""

_COUNTS = {"keyAttributes": (2, 4), "attributes": (0, 10)}
_MAX_NAME = {"keyAttributes": 32, "attributes": 256}
_MAX_VALUE = 512
"""Characters, as are those of names."""


def check_entity(entity: Mapping[str, Mapping[str, str]] | None) -> None:
    """Check an entity before anything is sent: the service would refuse every request with it.

    Raises:
        ValueError: it has too few or too many attributes, or one with an illegal name or value.
        TypeError: it, or a part of it, has the wrong type.

    """
    if entity is None:
        return
    _check_mapping("entity", entity)
    for member, attributes in entity.items():
        if member not in _COUNTS:
            raise ValueError(f"entity has the member {member!r}; it may have keyAttributes and attributes")
        _check_attributes(member, attributes)


def _check_attributes(member: str, attributes: object) -> None:
    where = f"entity.{member}"
    attributes = _check_mapping(where, attributes)
    least, most = _COUNTS[member]
    if not least <= len(attributes) <= most:
        raise ValueError(f"{where} has {len(attributes)} attributes; it may have {least} to {most}")
    for name, value in attributes.items():
        if not (isinstance(name, str) and isinstance(value, str)):
            raise TypeError(f"{where} has {name!r}: {value!r}; names and values are str")
        if member == "keyAttributes" and name not in KEY_ATTRIBUTES:
            raise ValueError(f"{where} has {name!r}; its names are {', '.join(KEY_ATTRIBUTES)}")
        if not 1 <= len(name) <= _MAX_NAME[member]:
            raise ValueError(f"{where} has a name of {len(name)} characters; it may have 1 to {_MAX_NAME[member]}")
        if not 1 <= len(value) <= _MAX_VALUE:
            raise ValueError(f"{where}.{name} has {len(value)} characters; it may have 1 to {_MAX_VALUE}")


def _check_mapping(where: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{where} is a {type(value).__name__}; it must be a mapping")
    return value

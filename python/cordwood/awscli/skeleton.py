"""--generate-cli-skeleton: samples of a request and a response."""

from __future__ import annotations

import io
from typing import Any

from cordwood.awscli.model import ListOf, MapOf, Scalar, Shape, Structure, overview

_SAMPLES: dict[str, Any] = {"string": "", "integer": 0, "long": 0, "float": 0.0, "double": 0.0, "boolean": True}


def sample(shape: Shape, name: str = "", *, named: bool = False) -> Any:
    """Return a sample value of a shape.

    Args:
        shape: the shape.
        name: of the member.
        named: strings hold the member's name, as in samples of responses.

    """
    match shape:
        case Structure():
            return {member: sample(inner, member, named=named) for member, inner in shape.members.items()}
        case ListOf():
            return [sample(shape.member, name, named=named)]
        case MapOf():
            return {"KeyName": sample(shape.value, named=named)}
        case Scalar(type="string") if named:
            return name
        case Scalar(allowed=(first, *_)):
            return first
    return _SAMPLES[shape.type]


def yaml_text(shape: Structure) -> str:
    """Return a request in YAML, with comments: what is required, and the first sentence on each member."""
    from ruamel.yaml import YAML

    yaml = YAML()
    text = io.StringIO()
    yaml.dump(_commented(shape, yaml), text)
    return text.getvalue()


def _commented(shape: Shape, yaml: Any) -> Any:
    match shape:
        case Structure():
            members = yaml.map()
            for name, member in shape.members.items():
                members[name] = _commented(member, yaml)
                words = ["[REQUIRED]"] if name in shape.required else []
                words.append(overview(member.documentation))
                if isinstance(member, Scalar) and member.allowed:
                    words.append(f"Valid values are: {', '.join(member.allowed)}.")
                members.yaml_add_eol_comment("# " + " ".join(words), name)
            return members
        case ListOf():
            return [_commented(shape.member, yaml)]
        case MapOf():
            return {"KeyName": _commented(shape.value, yaml)}
    return sample(shape)

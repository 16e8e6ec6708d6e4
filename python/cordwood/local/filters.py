"""Filter patterns of plain terms, for FilterLogEvents.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html, "Match terms in unstructured
log events": case sensitive; a message must contain every term, none of those after `-`, and, where all terms are
optional (`?`), one of them; terms with other than alphanumeric characters stand in double quotes. JSON,
space-delimited and regular-expression patterns are refused, never taken for something else.
"""

import re
from collections.abc import Callable

from cordwood.local import errors

_TERM = re.compile(r'\s*([-?]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))(?=\s|$)')
_ESCAPE = re.compile(r"\\(.)")
_PLAIN = re.compile(r"\w+")


def filter_pattern(pattern: str) -> Callable[[str], bool]:
    """What says of a message whether it matches.

    Raises:
        ServiceError: InvalidParameterException for a pattern that is not made of plain terms.
    """
    pattern = pattern.strip()
    if pattern[:1] in ("{", "[", "%"):
        raise errors.invalid_parameter(
            f"Invalid filter pattern: this local endpoint knows plain terms only, not '{pattern}'"
        )
    wanted: list[str] = []
    unwanted: list[str] = []
    optional: list[str] = []
    place = 0
    while place < len(pattern):
        found = _TERM.match(pattern, place)
        if found is None:
            raise errors.invalid_parameter("Invalid filter pattern")
        sign, quoted, plain = found.groups()
        if plain is not None and not _PLAIN.fullmatch(plain):
            raise errors.invalid_parameter(f"Invalid character(s) in term '{sign}{plain}'")
        term = plain if quoted is None else _ESCAPE.sub(r"\1", quoted)
        {"": wanted, "-": unwanted, "?": optional}[sign].append(term)
        place = found.end()
    if wanted or unwanted:
        # "If you combine "?" with other terms, the optional ones are ignored."
        return lambda message: all(term in message for term in wanted) and not any(term in message for term in unwanted)
    if optional:
        return lambda message: any(term in message for term in optional)
    return lambda message: True

"""The shorthand in which the AWS CLI takes structures on a command line: `name=web,ports=[80,443]`.

    value    = keyval *( "," keyval )            blanks are allowed round = , @ but not before the first key
    keyval   = key ( "=" / "@=" ) values         "@=": what the value names as file:// or fileb:// is read
    key      = *( A-Z a-z 0-9 - _ . # / : )      may be empty
    values   = "" / "[" list "]" / "{" keyval,.. "}" / csv
    csv      = first *( "," second )             two or more items make a list
    first, second = 'single' / "double" / bare

This is only the syntax: `unpacking` converts the values to the types of the model.
"""

from __future__ import annotations

import re
import string
from typing import Any, TypeAlias

from cordwood.awscli.values import read_reference

Parsed: TypeAlias = str | bytes | list[Any] | dict[str, Any]

_KEY = re.compile(r"[A-Za-z0-9\-_.#/:]*")
_BLANKS = re.compile(f"[{re.escape(string.whitespace)}]*")
_SINGLE_QUOTED = re.compile(r"'(?:\\'|[^'])*'")
_DOUBLE_QUOTED = re.compile(r'"(?:\\"|[^"])*"')
# A bare word holds no quote, no control character but blanks, and nothing above U+FFFF (`_bare` sees to that: as part
# of the class it takes longer to compile than all else to parse). It starts with none of = [ {. The first word of a
# value may not hold ] or } later on, a further word may not hold =: the parser then goes back, and what looked like a
# further word is the next key.
_START = r"""(?:\\,|[^\x00-\x20"',=\[{])"""
_FIRST_WORD = re.compile(_START + r"""(?:\\,|[^\x00-\x08\x0e-\x1b"',\]}])*""")
_SECOND_WORD = re.compile(_START + r"""(?:\\,|[^\x00-\x08\x0e-\x1b"',=])*""")
_BEYOND = re.compile("[\U00010000-\U0010ffff]")


class ShorthandError(Exception):
    """A text is not valid shorthand; the message has a caret under the place."""


class _UnexpectedError(ShorthandError):
    def __init__(self, text: str, index: int, expected: str, received: str) -> None:
        super().__init__(f"Expected: '{expected}', received: '{received}' for input:\n {_pointed(text, index)}")


def parse(text: str) -> dict[str, Parsed]:
    """Return the members of a text in shorthand.

    Raises:
        ShorthandError: it is not valid shorthand, or names a member twice.
        FileValueError: a value after `@=` names a file that cannot be read.

    """
    return _Parser(text).structure()


def _pointed(text: str, index: int) -> str:
    """Return the text with a caret below the character at `index`."""
    line_start = text.rfind("\n", 0, index) + 1
    line_end = text.find("\n", index)
    if line_end < 0:
        line_end = len(text)
    return f"{text[:line_end]}\n{' ' * (index - line_start)}^{text[line_end:]}"


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._index = 0
        self._reads_files = False

    def structure(self) -> dict[str, Parsed]:
        """Parse the whole text."""
        members: dict[str, Parsed] = {}
        key = self._key()
        members[key] = self._values()
        while self._index < len(self._text):
            comma = self._index
            self._expect(",", blanks=True)
            key = self._key()
            value = self._values()
            if key in members:
                raise ShorthandError(
                    f'Second instance of key "{key}" encountered for input:\n{_pointed(self._text, comma + 1)}\n'
                    'This is often because there is a preceding "," instead of a space.'
                )
            members[key] = value
        return members

    # --- values ---------------------------------------------------------------------------------------------------

    def _key(self) -> str:
        """Parse a key, with the `=` or `@=` after it."""
        found = _KEY.match(self._text, self._index)
        assert found is not None
        self._index = found.end()
        self._reads_files = False
        self._skip_blanks()
        if self._at("@"):
            self._expect("@", blanks=True)
            self._reads_files = True
        self._expect("=", blanks=True)
        return found.group()

    def _values(self) -> Parsed:
        if self._index >= len(self._text):
            return ""
        if self._at("["):
            return self._list()
        if self._at("{"):
            return self._map()
        return self._csv()

    def _csv(self) -> Parsed:
        first = self._first()
        self._skip_blanks()
        if not self._at(","):
            return first
        self._expect(",", blanks=True)
        items = [first]
        while True:
            try:
                item = self._second()
                self._skip_blanks()
                if self._index >= len(self._text):
                    items.append(item)
                    break
                self._expect(",", blanks=True)
                items.append(item)
            except _UnexpectedError:
                if self._index >= len(self._text):
                    raise
                # Not another item, but the next key: back to the comma before it.
                self._index = self._text.rindex(",", 0, self._index + 1)
                break
        return first if len(items) == 1 else items

    def _list(self) -> Parsed:
        self._expect("[", blanks=True)
        items: list[Parsed] = []
        while not self._at("]"):
            items.append(self._nested())
            self._skip_blanks()
            if not self._at("]"):
                self._expect(",")
                self._skip_blanks()
        self._expect("]")
        return items

    def _map(self) -> Parsed:
        self._expect("{", blanks=True)
        members: dict[str, Parsed] = {}
        while not self._at("}"):
            key = self._key()
            value = self._nested()
            self._skip_blanks()
            if not self._at("}"):
                self._expect(",")
                self._skip_blanks()
            members[key] = value
        self._expect("}")
        return members

    def _nested(self) -> Parsed:
        if self._at("["):
            return self._list()
        if self._at("{"):
            return self._map()
        return self._first()

    # --- words ----------------------------------------------------------------------------------------------------

    def _first(self) -> Parsed:
        if self._at("'", '"'):
            return self._quoted()
        return self._bare(_FIRST_WORD) or ""

    def _second(self) -> Parsed:
        if self._at("'", '"'):
            return self._quoted()
        word = self._bare(_SECOND_WORD)
        if word is None:
            raise _UnexpectedError(self._text, self._index, "<second>", "<none>")
        return word

    def _bare(self, pattern: re.Pattern[str]) -> Parsed | None:
        """Parse a word without quotes; None if there is none."""
        found = pattern.match(self._text, self._index)
        beyond = _BEYOND.search(self._text, self._index, found.end()) if found else None
        end = beyond.start() if beyond else found.end() if found else self._index
        if end == self._index:
            return None
        word = self._text[self._index : end]
        self._index = end
        return self._value(word.replace("\\,", ",").rstrip())

    def _quoted(self) -> Parsed:
        quote = self._text[self._index]
        pattern, name = (_SINGLE_QUOTED, "singled quoted") if quote == "'" else (_DOUBLE_QUOTED, "double quoted")
        found = pattern.match(self._text, self._index)
        if not found:
            raise _UnexpectedError(self._text, self._index, f"<{name}>", "<none>")
        self._index = found.end()
        return self._value(found.group()[1:-1].replace("\\" + quote, quote).replace("\\\\", "\\"))

    def _value(self, text: str) -> Parsed:
        return read_reference(text) if self._reads_files else text

    # --- characters -----------------------------------------------------------------------------------------------

    def _at(self, *characters: str) -> bool:
        return self._text[self._index : self._index + 1] in characters

    def _skip_blanks(self) -> None:
        found = _BLANKS.match(self._text, self._index)
        assert found is not None
        self._index = found.end()

    def _expect(self, character: str, *, blanks: bool = False) -> None:
        """Skip a character, with `blanks` also those on both sides."""
        if blanks:
            self._skip_blanks()
        if not self._at(character):
            received = self._text[self._index] if self._index < len(self._text) else "EOF"
            raise _UnexpectedError(self._text, self._index, character, received)
        self._index += 1
        if blanks:
            self._skip_blanks()

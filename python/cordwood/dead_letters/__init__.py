"""The events that were not accepted, with all that is needed to send them again: one JSON object a line."""

from cordwood.dead_letters.file import DeadLetters, is_dead_letters
from cordwood.dead_letters.letter import SCHEMA, Letter, LetterError, Parts

__all__ = ["SCHEMA", "DeadLetters", "Letter", "LetterError", "Parts", "is_dead_letters"]

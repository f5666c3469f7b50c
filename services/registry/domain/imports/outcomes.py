"""What became of a row of an import: a letter in the tables, a word for its sender."""

from typing import Final, Literal, TypeAlias

Outcome: TypeAlias = Literal["created", "changed", "unchanged", "rejected", "duplicate"]

CREATED: Final = "c"
CHANGED: Final = "h"
UNCHANGED: Final = "u"
REJECTED: Final = "r"
DUPLICATE: Final = "d"

WORDS: Final[dict[str, Outcome]] = {
    CREATED: "created",
    CHANGED: "changed",
    UNCHANGED: "unchanged",
    REJECTED: "rejected",
    DUPLICATE: "duplicate",
}
LETTERS: Final[dict[str, str]] = {word: letter for letter, word in WORDS.items()}

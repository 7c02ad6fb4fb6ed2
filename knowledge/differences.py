"""What changed between two versions of a text, line by line."""

import difflib
from dataclasses import dataclass
from enum import StrEnum

CONTEXT_LINES = 2


class Change(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"
    GAP = "gap"


@dataclass(frozen=True)
class Line:
    change: Change
    text: str = ""


def differences(before: str, after: str) -> list[Line]:
    """The changed lines with two lines around them; where equal lines are left out stands a gap."""
    old, new = before.splitlines(), after.splitlines()
    lines: list[Line] = []
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(CONTEXT_LINES):
        if lines or group[0][1] > 0:
            lines.append(Line(Change.GAP))
        for kind, old_start, old_end, new_start, new_end in group:
            if kind == "equal":
                lines += [Line(Change.SAME, text) for text in old[old_start:old_end]]
            else:
                lines += [Line(Change.REMOVED, text) for text in old[old_start:old_end]]
                lines += [Line(Change.ADDED, text) for text in new[new_start:new_end]]
    return lines

"""`python -m tools.lint services gateway`: say what breaks a house rule; exit 1 if any is."""

import sys
from pathlib import Path

from tools.lint.rules import RULES, Module


def main(folders: list[str]) -> int:
    """Inspect every Python file below the folders; how many breaches there are."""
    breaches = 0
    for path in sorted(p for folder in folders for p in Path(folder).rglob("*.py")):
        module = Module.of(path, path.read_text(encoding="utf-8"))
        for rule in RULES:
            for breach in rule(module):
                breaches += 1
                print(f"{path}:{breach.line}: {breach.rule}: {breach.why}")
    return breaches


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)

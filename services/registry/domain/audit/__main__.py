"""`python onegrid-audit.pyz`: verify an export where nothing else of the suite is there.

Exit code 0: all agrees; 1: something is wrong and was named; 2: it could not be judged.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from services.registry.domain.audit.checkpoints import KeyMalformed
from services.registry.domain.audit.offline import NOT_JUDGED, code_of, verify_file


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify as the command line says; the exit code."""
    parser = argparse.ArgumentParser(
        description="核验查阅记录导出文件 Verifies an export of access records, offline."
    )
    parser.add_argument("--file", type=Path, required=True, help="the export")
    parser.add_argument("--checkpoints", type=Path, help="checkpoints that you kept yourself")
    parser.add_argument(
        "--public-key", action="append", required=True, help="as `onegrid audit key` shows it"
    )
    parser.add_argument("--organisation", help="whose chain was exported, if only one was")
    asked = parser.parse_args(arguments)
    try:
        report = verify_file(asked.file, asked.checkpoints, asked.public_key, asked.organisation)
    except (OSError, KeyMalformed) as exc:
        print(f"无法核验 cannot verify: {exc}", file=sys.stderr)  # noqa: T201 — a command line
        return NOT_JUDGED
    print("\n".join(report.lines))  # noqa: T201 — a command line
    return code_of(report)


if __name__ == "__main__":
    sys.exit(main())

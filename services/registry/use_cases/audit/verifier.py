"""The verifier as one file that an auditor carries: Python and `cryptography` are all it needs."""

import zipfile
from importlib import resources
from pathlib import Path
from typing import Final

_PACKAGES: Final = (
    "services",
    "services.registry",
    "services.registry.domain",
    "services.registry.domain.audit",
)
_START: Final = """\
import sys

from services.registry.domain.audit.__main__ import main

sys.exit(main())
"""


def pack(to: Path) -> None:
    """Write the verifier, with the sources as they are here.

    Raises:
        FileExistsError: There is such a file.
    """
    with to.open("xb") as file:
        file.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("__main__.py", _START)
            for package in _PACKAGES:
                for source in resources.files(package).iterdir():
                    whole = package.endswith(".audit") and source.name.endswith(".py")
                    if whole or source.name == "__init__.py":
                        name = f"{package.replace('.', '/')}/{source.name}"
                        archive.writestr(name, source.read_bytes())

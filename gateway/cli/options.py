"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

DataDir = Annotated[
    Path,
    typer.Option(
        envvar="ONEGRID_DATA_DIR",
        help="Folder of the database, uploads and secrets; made when missing.",
    ),
]
Environment = Annotated[
    bool, typer.Option(help="Use the databases named in the environment (containers).")
]
BaseUrl = Annotated[str, typer.Option(help="Address of the running suite.")]
DEFAULT_DATA_DIR = Path("var")

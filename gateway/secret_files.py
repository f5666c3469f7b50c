"""Secrets made once and kept in files only the owner reads."""

import os
import secrets
from pathlib import Path

DEMO_PASSWORD = "demo-password"  # noqa: S105 — the name of a file

_BYTES = 32


def read_or_make(folder: Path, name: str, size: int = _BYTES) -> str:
    """The secret of this name: so many random bytes, base64url, made on first use.

    Written to a temporary file and linked into place, so two first starts agree on one secret and a
    start that is killed half-way leaves none or a whole one.
    """
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        draft = folder / f".{name}.{os.getpid()}"
        draft.write_text(secrets.token_urlsafe(size), encoding="ascii")
        draft.chmod(0o600)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another start was first; its secret is the secret
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()


def replace(folder: Path, name: str, secret: str) -> None:
    """Put another secret in a file's place: whoever reads it sees the old one or the new one."""
    draft = folder / f".{name}.{os.getpid()}"
    draft.write_text(secret, encoding="ascii")
    draft.chmod(0o600)
    draft.replace(folder / name)


def make(file: Path) -> None:
    """A new secret in a file of its own, which must not be there yet."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(secrets.token_urlsafe(_BYTES))

"""One named stream of draws per thing that is made, so that each can be made alone."""

from random import Random


def stream(*parts: str) -> Random:
    """A generator that gives the same draws for the same words, on every machine.

    Seeding with text hashes it with SHA-512, not with `hash()`, whose answers differ per process.
    """
    return Random(":".join(parts))  # noqa: S311 — invented data needs repeatable draws, not secrecy

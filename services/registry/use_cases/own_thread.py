"""A thread that one long job has to itself."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")


class OwnThread:
    """Does a job's blocking work, one piece after the other.

    An open workbook stays in the thread that opened it, and the requests of this process keep the
    threads they share.

    Args:
        name: Of the job, for whoever looks at the process's threads.
    """

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def run(self, work: Callable[..., Result], *arguments: Any) -> Result:
        """What the work gives back, once the thread has come to it."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)

    def later(self, work: Callable[[], object]) -> None:
        """Work that nobody waits for."""
        self._pool.submit(work)

    def close(self) -> None:
        """Let the thread end when its work is done."""
        self._pool.shutdown(wait=False)

"""Structured logs, configured once per process by its entry point."""

import logging
import sys

import structlog
import structlog.tracebacks

_PLAIN = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
"""Traces without local variables: those hold names, numbers and tokens of people."""


def configure(*, json_lines: bool, level: int = logging.INFO) -> None:
    """Send all logs to standard error.

    Events are short nouns with fields, `log.info("resident.corrected", resident_id=…)`: ids only,
    never a name, number or telephone.

    Args:
        json_lines: One JSON object a line (production) instead of coloured text.
        level: Lowest level written.
    """
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if json_lines
        else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    )
    trace: list[structlog.typing.Processor] = (
        [structlog.processors.ExceptionRenderer(_PLAIN)] if json_lines else []
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *trace,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    least = max(level, logging.WARNING)
    logging.basicConfig(level=least, format="%(levelname)s %(name)s %(message)s")

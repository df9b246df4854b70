"""Log lines: plain text at a terminal, elsewhere one JSON object a line for machines."""

import logging
import sys

import structlog


def configure_logs() -> None:
    """Send our lines, and the libraries' warnings, to standard error.

    A line is one write, so that lines of workers that share it do not mix.
    """
    plain = sys.stderr.isatty()
    level = logging.WARNING if plain else logging.INFO
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    renderer = structlog.dev.ConsoleRenderer() if plain else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )

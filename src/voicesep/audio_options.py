"""The options by which commands choose what stems are made, and how they are encoded."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from voice_separation.jobs.audio import AudioMode, Codec

Command = TypeVar("Command", bound=Callable[..., Any])


def mode_option(told: str, default: str | None = None) -> Callable[[Command], Command]:
    """Return the option `--mode`, with this help."""
    return _choice("--mode", [mode.value for mode in AudioMode], told, default)


def codec_option(told: str, default: str | None = None) -> Callable[[Command], Command]:
    """Return the option `--codec`, with this help."""
    return _choice("--codec", [codec.value for codec in Codec], told, default)


def _choice(name: str, choices: list[str], told: str, default: str | None) -> Callable[[Command], Command]:
    return click.option(name, type=click.Choice(choices), default=default, show_default=default is not None, help=told)

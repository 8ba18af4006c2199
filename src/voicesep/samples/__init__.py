"""Recordings that come with the command line; PROVENANCE.md says where each is from."""

from pathlib import Path

TALK_OVER_MUSIC = Path(__file__).parent / "talk-over-music.mp3"

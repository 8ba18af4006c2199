"""Why a file cannot be separated."""


class MediaError(Exception):
    """A file could not be read or written as media."""


class NotMedia(MediaError):
    """The file is no audio or video that can be decoded."""


class NoAudio(MediaError):
    """The file is media, but there is no sound in it."""


class NotEncodable(MediaError):
    """The asked codec, sample rate, channels or container do not go together."""

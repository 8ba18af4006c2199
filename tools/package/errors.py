"""What keeps a bundle from being built."""


class PackagingError(Exception):
    """No bundle was built; the message says why, and what to do."""


class WheelsUnavailable(PackagingError):
    """The wheels that requirements.txt pins could not be had."""


class NotPython310(PackagingError):
    """The interpreter that was named is not CPython 3.10."""


class BundleTooLarge(PackagingError):
    """The zip is larger than it may be."""

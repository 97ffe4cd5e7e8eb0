"""Every error that a user can meet. Each message is one line that says what to do."""


class HardcaseError(Exception):
    """Something a user can act on. Shown as one line; the program ends with `exit_code`."""

    exit_code = 1


class UsageError(HardcaseError):
    """The request itself is wrong: an unknown label, a filter that does not parse."""

    exit_code = 2


class JobError(HardcaseError):
    """A job file that cannot be opened, read or written."""


class ReadOnlyError(JobError):
    """The job is open elsewhere, or its folder may not be written."""


class ImageError(HardcaseError):
    """An image that cannot be opened. It concerns one sample, never the whole job."""


class ModelError(HardcaseError):
    """A model file that cannot be used, or an engine that died."""


class FormatError(HardcaseError):
    """An annotation file that cannot be read or written."""

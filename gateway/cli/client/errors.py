"""How a command fails: one sentence, and the code that its process ends with."""

from enum import IntEnum

from gateway.cli.client.shown import printable


class Exit(IntEnum):
    """What the shell is told. 2 is click's own: the command was typed wrong."""

    FAILED = 1
    NOT_FOUND = 3
    REFUSED = 4
    UNAVAILABLE = 5
    INTERRUPTED = 130
    TERMINATED = 143


class Failure(Exception):
    """What stands in the way, for whoever typed the command.

    `again` is after how many seconds another attempt may help, `status` what the service answered, if it did. One that is `final`
    would meet everything else that a command has to do as well.
    """

    def __init__(
        self,
        message: str,
        exit_code: Exit = Exit.FAILED,
        *,
        status: int | None = None,
        again: float | None = None,
        final: bool = False,
    ) -> None:
        super().__init__(printable(message))
        self.exit_code = exit_code
        self.status = status
        self.again = again
        self.final = final


def local(what: str, error: OSError) -> Failure:
    """A file or a directory here that does not do what it should."""
    return Failure(f"{what}: {error.strerror or error}")

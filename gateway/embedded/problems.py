"""What a newcomer can mend."""


class StartupProblem(Exception):
    """An embedded server cannot start; the message is one line that says why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))

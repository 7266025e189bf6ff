"""The error of a board that cannot be built."""


class BoardError(ValueError):
    """A board description asks for something impossible, too large or not supported; `start`, `end` place it."""

    def __init__(self, message: str, start: int = 0, end: int = 0):
        super().__init__(message)
        self.message, self.start, self.end = message, start, end


class UnknownBoard(BoardError):
    """A kind of board, or a way to change one, that is in the language and cannot be built yet."""

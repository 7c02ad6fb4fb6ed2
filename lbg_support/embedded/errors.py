"""What a person reads when something cannot start."""


class StartError(Exception):
    """One sentence that says what is wrong and what to do. Shown without a traceback."""

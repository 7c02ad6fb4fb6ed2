"""The one way in which a rule says no."""


class RuleViolation(Exception):
    """A rule of the domain refuses an operation.

    `code` is stable and for programs (`task_horizon`), `message` is for people and says what to do,
    `field` names the form field it belongs to ("" when it concerns the whole operation).
    """

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


class VersionConflict(RuleViolation):
    """Somebody else changed the object after it was read."""

    def __init__(self, message: str) -> None:
        super().__init__("version_conflict", message)

"""For all tests: what a test that commits leaves behind."""


def restore_without_triggers() -> None:
    """A test that commits puts back afterwards what the migrations had brought, history included.

    With the triggers on, the history would be written a second time while it is being put back, and that is refused.
    """
    from django.db.backends.base.creation import BaseDatabaseCreation

    restore = BaseDatabaseCreation.deserialize_db_from_string

    def quietly(self, data: str) -> None:
        import pgtrigger

        with pgtrigger.ignore():
            restore(self, data)

    BaseDatabaseCreation.deserialize_db_from_string = quietly


restore_without_triggers()

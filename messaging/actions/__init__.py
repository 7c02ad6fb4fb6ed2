"""Every verb that changes a message. `queue_email` and `queue_sms` are for all rooms above.

`by` is the acting person, or None for the system; `now` is the present moment.
"""

from messaging.actions.managing import cancel_message, hold_message, retry_message
from messaging.actions.queueing import File, queue_email, queue_sms
from messaging.actions.templates import reset_template, save_template

__all__ = [
    "File",
    "cancel_message",
    "hold_message",
    "queue_email",
    "queue_sms",
    "reset_template",
    "retry_message",
    "save_template",
]

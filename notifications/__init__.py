"""What is told to a person in the product: notices under the bell, which kinds he wants, when he wants quiet.

Knows no business: rooms above say what happened with `notifications.actions.notify` and register their kinds.
"""

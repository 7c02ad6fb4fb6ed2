"""Live pages: hints that something has changed, from the process that changed it to the browsers that show it.

A hint is a topic and ids, never data: the page reads what changed through its usual, permission-checked address.
`publishing` sends hints, `topics` says who may hear which, `tickets` let a browser in, and `server` with its `hub` is
the process that holds the streams, apart from the pages and without a database connection.
"""

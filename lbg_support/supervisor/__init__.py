"""What `make run` starts: checks, engines, database, and the four processes of the site under one supervisor."""

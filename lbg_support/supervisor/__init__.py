"""What `make run` starts: checks, engines, database, and the three processes of the site under one supervisor."""

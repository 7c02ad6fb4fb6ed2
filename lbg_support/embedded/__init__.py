"""The engines of a run on one machine: a real PostgreSQL and a real Redis-protocol server (Valkey).

`engines.py` decides which are needed; `postgres.py` and `valkey.py` start one each; `identity.py` is about the user
that PostgreSQL runs as (it refuses root); `processes.py` keeps children from outliving their parent; `folders.py`
has the locks and the short folder for sockets; `binaries.py` finds the programs.
"""

# All tests, then those in a browser on the databases that the first have made. Options go to both: called by `make test`.
set -eu
pytest() { .venv/bin/python -m pytest -n 2 --dist worksteal --reuse-db "$@"; }

pytest "$@"
# Playwright keeps an event loop of its own, beside which Django would refuse to ask the database.
DJANGO_ALLOW_ASYNC_UNSAFE=true pytest e2e "$@"

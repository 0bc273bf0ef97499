# make run      everything on this machine: http://127.0.0.1:8000   (PORT=8001, DATA_DIR=folder)
#               LAN=1: phones on the local network too, over TLS    (LAN_PORT=8443, LAN_HTTP_PORT=8080, LAN_ADDRESS)
# make test     all tests on a PostgreSQL and a Valkey of their own  (ARGS="-k paste" for some)
# make check    style, types, layers, templates, migrations, settings, translations
# make bench    measurements, one JSON object a line
# make lock     requirements.txt anew from requirements.in (ARGS=--upgrade for newer versions)
# make clean    all state and the virtual environment away (asks first)
PY := .venv/bin/python
ifdef PORT
export PORT
endif
ifdef DATA_DIR
export DATA_DIR
endif
ifdef LAN
export LAN
endif
ifdef LAN_PORT
export LAN_PORT
endif
ifdef LAN_HTTP_PORT
export LAN_HTTP_PORT
endif
ifdef LAN_ADDRESS
export LAN_ADDRESS
endif

# Some containers set it; then each of our processes would compile all its modules again, which takes 2 to 8 s.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run setup test check lint types templates layers migrations settings messages bench lock clean

run:
	@tools/venv run
	@exec $(PY) manage.py up

setup:
	@tools/venv test

# In as many processes as there are cores, up to four; ARGS="-n 0" for one, where a debugger can stop. `worksteal` gives
# each a run of files that lie together, so that most browser tests come one at a time, and lets none be idle at the end.
test: setup
	@$(PY) -m pytest -n auto --maxprocesses 4 --dist worksteal $(ARGS)

# Each can be run by itself; `make -k check` goes on after the first that fails.
check: lint types templates layers migrations settings messages
lint: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
types: setup
	.venv/bin/mypy .
templates: setup
	.venv/bin/djlint --check --lint --quiet templates
layers: setup
	@.venv/bin/lint-imports
migrations: setup
	$(PY) manage.py makemigrations --check --dry-run
settings: setup
	@echo "manage.py check --deploy"
	@HTTPS=1 SECRET_KEY=only-for-the-check-0123456789-abcdefghijklmnopqrstuvwxyz \
	  $(PY) manage.py check --deploy --fail-level WARNING
messages: setup
	$(PY) manage.py messages --check

bench: setup
	@$(PY) -m bench $(ARGS)

# --universal and the oldest 3.11: a lock made for one interpreter misses what another one needs.
COMPILE = .data/lock/bin/uv pip compile --quiet --universal --python-version 3.11.0 --generate-hashes \
  --no-emit-index-url --custom-compile-command "make lock" $(ARGS)
lock:
	@python3 -m venv .data/lock && .data/lock/bin/pip install --quiet --disable-pip-version-check uv
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) requirements-test.in -o requirements-test.txt
	@rm -rf .data/lock

clean:
	@tools/clean

#!/usr/bin/env bash
# Runs Schemathesis, which knows nothing of this project, against the sandbox: every shipped document, with a token and
# a subscription key. It sends what the documents allow and what they do not, and checks what comes back. The run is
# the same each time. `scripts/schemathesis/run.py --help` tells of its options.
#
# Python and the package index are needed the first time; without them the run is skipped, or fails with
# `REQUIRE_SCHEMATHESIS=1`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=4.32.5
target=${CARGO_TARGET_DIR:-target}
venv=$target/schemathesis/venv-$version

skip() {
  printf '%s: the sandbox is not run against Schemathesis\n' "$1" >&2
  [ "${REQUIRE_SCHEMATHESIS:-0}" = 1 ] && exit 1
  exit 0
}

install() {
  # A folder that an earlier run left half done is no use.
  rm -rf "$venv"
  python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$version" &&
    touch "$venv/.whole"
}

command -v python3 >/dev/null || skip 'python3 is missing'
if [ ! -e "$venv/.whole" ]; then
  install >&2 || skip "schemathesis $version cannot be installed"
fi
cargo build -p portal-sandbox
exec "$venv/bin/python" scripts/schemathesis/run.py --sandbox "$target/debug/portal-sandbox" "$@"

#!/usr/bin/env bash
# Runs the generated wire tests of every shipped document against a mock of that document by Prism, which refuses
# requests that do not fit it. Needs Node and the package `@stoplight/prism-cli`; without them it says so and does
# nothing. `PRISM` names a command that is there already.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=5
folder=$(mktemp -d)
mock=
stop() {
  [ -z "$mock" ] || { kill "$mock" 2>/dev/null && wait "$mock" 2>/dev/null; } || true
  mock=
}
trap 'stop; rm -rf "$folder"' EXIT

skip() {
  printf 'skipped: %s\n' "$1"
  exit 0
}

prism=${PRISM:-}
if [ -z "$prism" ]; then
  command -v node >/dev/null && command -v npm >/dev/null || skip 'Node is missing'
  npm install --silent --no-audit --no-fund --prefix "$folder" "@stoplight/prism-cli@$version" >"$folder/npm.log" 2>&1 ||
    skip "@stoplight/prism-cli@$version cannot be had"
  prism=$folder/node_modules/.bin/prism
fi

# `portal api document` for each API of each manifest.
documents() {
  local manifest
  for manifest in specs/*/portal.yaml; do
    awk -v folder="${manifest%/*}" '
      /^portal:/ { portal = $2 }
      /^[^ #]/ { apis = $1 == "apis:" }
      apis && /^  [^ #]/ { api = substr($1, 1, length($1) - 1) }
      apis && /^    document:/ { print portal, api, folder "/" $2 }
    ' "$manifest"
  done
}

# Starts a mock on a port that the system chooses, and waits until it says where it is.
start() {
  : >"$folder/mock.log"
  "$prism" mock --errors --host 127.0.0.1 --port 0 "$1" >"$folder/mock.log" 2>&1 &
  mock=$!
  local waited
  for waited in $(seq 300); do
    url=$(sed -n 's|.*listening on \(http://[0-9.:]*\).*|\1|p' "$folder/mock.log" | tail -n 1)
    [ -z "$url" ] || return 0
    kill -0 "$mock" 2>/dev/null || break
    sleep 0.2
  done
  printf 'Prism does not start for %s:\n' "$1" >&2
  cat "$folder/mock.log" >&2
  return 1
}

cargo test -p portal-apis --test wire --no-run
failed=0
while read -r portal api document; do
  printf '== %s/%s\n' "$portal" "$api"
  start "$document"
  filter="${portal//-/_}::${api//-/_}::"
  WIRE_BASE_URL=$url cargo test -q -p portal-apis --test wire "$filter" || failed=1
  stop
done < <(documents)
[ "$failed" -eq 0 ] || { printf 'Prism refused requests, see above\n' >&2; exit 1; }
printf 'Prism refused nothing\n'

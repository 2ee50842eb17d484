#!/usr/bin/env bash
# Looks for documents that the generator panics at, hangs at, or makes no Rust of:
#
#   fuzz/run.sh [seconds per target] [folder of further documents to begin with]
#
# Each target runs for ten minutes unless told otherwise, one after the other, and begins with the fixtures of the
# generator and with what earlier runs left in fuzz/corpus. Exits with 1 when something was found; it is then in
# fuzz/artifacts, and `cargo +nightly fuzz tmin <target> <file>` makes it smaller. The small one becomes a fixture
# or a test of the generator.
#
# Needs a nightly compiler and `cargo install --locked cargo-fuzz`. All of the generator is safe Rust, so the
# sanitizers are off, which makes it several times faster; SANITIZER=address turns one on. TARGETS names the targets.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${1:-600}
more=${2:-}
sanitizer=${SANITIZER:-none}
read -ra targets <<<"${TARGETS:-text document}"
fixtures=generator/tests/fixtures
# A document of more bytes than this is slow, and seldom says anything that a smaller one does not.
most_seed=40000
most_input=65536

nightly() {
  RUSTUP_TOOLCHAIN=nightly nice -n 10 cargo "$@"
}

# Seeds that are there already are left as they are.
seeds() {
  local folders=("$fixtures" "$fixtures/files" ${more:+"$more"})
  mkdir -p fuzz/corpus/text fuzz/corpus/document
  find "${folders[@]}" -maxdepth 1 -type f -size -"$most_seed"c -exec cp -n -t fuzz/corpus/text {} +
  nightly run --quiet --manifest-path fuzz/Cargo.toml --release --example seeds -- \
    fuzz/corpus/document "$most_seed" "${folders[@]}"
}

# The counters that libFuzzer prints last: executions, then coverage in edges and features.
figures() {
  local log=$1
  grep -E '^stat::(number_of_executed_units|average_exec_per_sec|slowest_unit_time_sec|peak_rss_mb)' "$log" || true
  grep -oE 'cov: [0-9]+ ft: [0-9]+ corp: [0-9]+' "$log" | tail -n 1 || true
}

fuzz() {
  local target=$1 log
  log=$(mktemp)
  printf '== %s, %d s\n' "$target" "$seconds"
  local failed=0
  nightly fuzz run --sanitizer "$sanitizer" "$target" -- -max_total_time="$seconds" -timeout=25 \
    -rss_limit_mb=2048 -max_len="$most_input" -dict=fuzz/openapi.dict -print_final_stats=1 >"$log" 2>&1 || failed=1
  figures "$log"
  if [ "$failed" -ne 0 ]; then
    printf 'found, or could not run:\n'
    grep -E 'panicked at|ERROR|SUMMARY|Test unit written|^error' -A 2 "$log" | head -n 40 || tail -n 20 "$log"
  fi
  rm -f "$log"
  return "$failed"
}

seeds
found=0
for target in "${targets[@]}"; do
  fuzz "$target" || found=1
done
exit "$found"

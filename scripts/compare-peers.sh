#!/usr/bin/env bash
# What other generators make of small documents, one construct each: how many they take, how many operations they
# generate, and how many of the crates compile. Prints a table; target/compare-peers/<generator> has each log and crate.
#
#   scripts/compare-peers.sh                        # of generator/tests/fixtures
#   scripts/compare-peers.sh FOLDER                 # of the documents in another folder
#   scripts/compare-peers.sh FOLDER progenitor ...  # with some of the generators only: ours is one of them
#
# The generators are those of `cargo xtask bench --peers`, at the versions that it names. PEERS is the folder that they
# are installed in (target/compare-peers/installed if not given); what is there already is not installed again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=${1:-generator/tests/fixtures}
shift || true
[ $# -gt 0 ] || set -- ours progenitor openapi-to-rust oas3-gen
work=$(pwd -P)/target/compare-peers
peers=${PEERS:-$work/installed}
# Generated crates share what is built for them.
built=${CARGO_TARGET_DIR:-$(pwd -P)/target}

# The package of a generator with its version, such as `oas3-gen@0.29.0`.
package() {
  sed -n "s/.*Some((\"\(cargo-$1\|$1\)\", \"\([^\"]*\)\")).*/\1@\2/p" xtask/src/bench/tool.rs
}

install() {
  [ "$1" != ours ] || return 0
  local package
  package=$(package "$1")
  [ -x "$peers/bin/${package%@*}" ] || cargo install --locked --quiet --root "$peers" "$package"
}

# Makes the crate <name> of a document.
generate() {
  local generator=$1 document=$2 name=$3 out=$4
  case $generator in
  ours) "$built/debug/xtask" generate "$document" --name "$name" --out "$out" --json ;;
  progenitor)
    "$peers/bin/cargo-progenitor" progenitor --name "$name" --version 0.1.0 --input "$document" --output "$out"
    ;;
  openapi-to-rust)
    "$peers/bin/openapi-to-rust" generate "$document" --quiet --output-dir "$out/src" &&
      mv "$out/src/mod.rs" "$out/src/lib.rs" && {
      printf '[package]\nname = "%s"\nversion = "0.1.0"\nedition = "2024"\n\n' "$name"
      cat "$out/src/REQUIRED_DEPS.toml"
    } >"$out/Cargo.toml"
    ;;
  oas3-gen)
    "$peers/bin/oas3-gen" generate client-mod --workspace --color never --input "$document" --output "$out"
    ;;
  esac
}

# Makes a crate a member of one workspace, under its own name and without a TLS backend, which says nothing of the code.
adapt() {
  local manifest=$1 name=$2
  sed -i -e '/^\[workspace\]$/d' -e "0,/^name = .*/s//name = \"$name\"/" \
    -e '/^reqwest /s/"\(default-tls\|native-tls\|native-tls-vendored\|rustls\|rustls-tls\)"\(, \)\{0,1\}//g' \
    -e '/^reqwest /s/, \]/]/' "$manifest"
}

# The methods that call an operation: each generator's own way to write them.
operations() {
  local generator=$1 out=$2
  case $generator in
  ours) sed -n 's/.*"kind":"summary".*"generated":\([0-9]*\),.*/\1/p' "$out.log" ;;
  oas3-gen) find "$out/src" -name client.rs -exec cat {} + | grep -c '^ *pub async fn ' ;;
  *) find "$out/src" -name '*.rs' ! -name progenitor_client.rs -exec cat {} + | grep -c '^ *pub async fn ' ;;
  esac
}

compare() {
  local generator=$1 taken=0 operations=0 compiled=0 of=0 document name out
  local here=$work/$generator
  rm -rf "$here"
  mkdir -p "$here"
  local names=()
  for document in "$folder"/*.yaml "$folder"/*.yml "$folder"/*.json; do
    [ -f "$document" ] || continue
    of=$((of + 1))
    name=$(basename "${document%.*}" | tr '_' '-')
    out=$here/$name
    if generate "$generator" "$document" "$name" "$out" >"$out.log" 2>&1 && [ -f "$out/Cargo.toml" ]; then
      adapt "$out/Cargo.toml" "$name"
      names+=("$name")
      operations=$((operations + $(operations "$generator" "$out" || true)))
    else
      rm -rf "$out"
    fi
  done
  taken=${#names[@]}
  printf '[workspace]\nresolver = "3"\nmembers = ["*"]\n' >"$here/Cargo.toml"
  CARGO_TARGET_DIR=$built/compare-peers CARGO_INCREMENTAL=0 cargo check --manifest-path "$here/Cargo.toml" \
    --workspace --keep-going --quiet --message-format json-render-diagnostics >"$here.json" 2>"$here.check" || true
  grep '"reason":"compiler-artifact"' "$here.json" >"$here.compiled" || true
  for name in "${names[@]}"; do
    ! grep -qF "/$generator/$name#" "$here.compiled" || compiled=$((compiled + 1))
  done
  printf '| %s | %s of %s | %s | %s of %s |\n' "$(title "$generator")" "$taken" "$of" "$operations" "$compiled" "$taken"
}

title() {
  local package
  package=$(package "$1")
  printf '%s' "$1${package:+ ${package#*@}}"
}

[ "${*#*ours}" = "$*" ] || cargo build --quiet --package xtask
for generator in "$@"; do
  install "$generator"
done
printf '| generator | documents taken | operations | crates that compile |\n| --- | --- | --- | --- |\n'
for generator in "$@"; do
  compare "$generator"
done

#!/usr/bin/env bash
# What a release would publish, as far as that can be known without publishing: the files of each package,
# its licences, and that it builds from these files alone. `--list` stops after the lists.
# `portal-apis` and what else depends on these packages is built against the packages, not the folders.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(portal-runtime portal-generator portal-apis)
target=$(realpath -m -- "${CARGO_TARGET_DIR:-target}")

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

# Each package has its own copy of the licences, since links are not files everywhere.
for folder in runtime generator generated; do
  for licence in LICENSE-APACHE LICENSE-MIT; do
    cmp -s "$licence" "$folder/$licence" || fail "$folder/$licence differs from $licence"
  done
done

for package in "${packages[@]}"; do
  printf '== %s\n' "$package"
  files=$(cargo package --allow-dirty --list -p "$package")
  printf '%s\n' "$files" | awk -F/ '{ count[NF > 1 ? $1 "/" : $1]++ } END { for (name in count) print "  " name, count[name] }' | sort
  strange=$(printf '%s\n' "$files" | grep -Ev '^(src/.+\.rs|Cargo\.(toml|toml\.orig|lock)|README\.md|LICENSE-(MIT|APACHE)|\.cargo_vcs_info\.json)$' || true)
  [ -z "$strange" ] || fail "these have no place in $package: $strange"
done
[ "${1:-}" != --list ] || exit 0

# `publish = false` keeps packages from being packaged together, so this is done in a copy without it.
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z --cached --others --exclude-standard | tar --null -T - -cf - | tar -xf - -C "$copy"
sed -i.bak 's/^publish = false$/publish = true/' "$copy/Cargo.toml"
rm "$copy/Cargo.toml.bak"
selected=()
for package in "${packages[@]}"; do
  selected+=(-p "$package")
done
cd "$copy"
CARGO_TARGET_DIR=$target cargo package --locked --allow-dirty "${selected[@]}"
printf 'these packages can be published, in this order: %s\n' "${packages[*]}"

#!/usr/bin/env bash
# Compares the semver class that `cargo xtask diff` gives with what cargo-semver-checks finds, over all changes of the
# witness: `scripts/semver-checks.sh`. It takes minutes. `CARGO_SEMVER_CHECKS` names the tool where it is not on the
# path; where it is missing, this says so and succeeds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if ! "${CARGO_SEMVER_CHECKS:-cargo-semver-checks}" semver-checks --version > /dev/null 2>&1; then
    echo "skipped: cargo-semver-checks is not installed (cargo install --locked cargo-semver-checks)"
    exit 0
fi
exec cargo test -p portal-generator --test witness -- --ignored --nocapture cargo_semver_checks

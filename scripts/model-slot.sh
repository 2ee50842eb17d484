#!/usr/bin/env bash
# Explores the schedules of the token cache for longer than the tests do: `scripts/model-slot.sh [times]`.
# Each play is played 2,000 times for each of that many seeds (default 50), some minutes in all.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export SLOT_MODEL_RUNS=${1:-50}
exec cargo test --release -p portal-runtime --lib oauth::model::plays

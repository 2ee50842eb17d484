#!/usr/bin/env bash
# The fault run at length: `scripts/fault-run.sh [calls] [seed]`. Default: 100,000 calls.
# It asserts that no call is lost, no voucher is posted twice, tokens are asked for no more often than
# is necessary and memory stays flat, and prints the figures.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export FAULT_RUN_CALLS=${1:-100000} FAULT_RUN_SEED=${2:-42}
exec cargo test --release -p portal-runtime --test faults -- --nocapture

#!/usr/bin/env bash
# make clean: removes what was built; the data folder stays.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
rm -rf dist e2e/node_modules e2e/results* e2e/report*
cargo clean

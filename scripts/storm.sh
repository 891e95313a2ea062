#!/usr/bin/env bash
# make storm: a few people do everything at the same time; STORM_SECONDS (60) long.
# shellcheck source=tools.sh
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
need_rust
need_test_packages
need_postgres
step "build the server" cargo build --locked -q -p api
export SPACE_API_BINARY=${SPACE_API_BINARY:-$TARGET_DIR/debug/api}
cd e2e
exec npx --no-install playwright test --config playwright.storm.config.ts </dev/null

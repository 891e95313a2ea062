#!/usr/bin/env bash
# make bench: the load generator's benchmarks against a release server.
# shellcheck source=tools.sh
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
need_build_tools
scripts/build-web.sh
step "build the server and the load generator" cargo build --release --locked -p api -p load
"$TARGET_DIR/release/load" bench "$@"
need_test_packages
need_chromium
need_postgres
cd e2e
SPACE_API_BINARY="$TARGET_DIR/release/api" step "figures of the browser" \
  npx --no-install playwright test --config playwright.bench.config.ts </dev/null

#!/usr/bin/env bash
# make bench: the load generator's benchmarks against a release server, on a throw-away PostgreSQL.
# shellcheck source=tools.sh
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
# shellcheck source=services.sh
source scripts/services.sh
need_build_tools
need_postgres
scripts/build-web.sh
step "build the server and the load generator" cargo build --release --locked -p api -p load
step "start PostgreSQL" start_postgres durable
"$TARGET_DIR/release/load" bench "$@"
need_test_packages
need_chromium
cd e2e
SPACE_API_BINARY="$TARGET_DIR/release/api" step "figures of the browser" \
  npx --no-install playwright test --config playwright.bench.config.ts </dev/null

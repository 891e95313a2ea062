#!/usr/bin/env bash
# make test: everything README promises, from a bare machine. Two lanes compile side by side, the
# web client and the server; then the tests run one kind after the other.
# shellcheck source=tools.sh
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
# shellcheck source=services.sh
source scripts/services.sh

BEGAN=$SECONDS
# Quick refusals first.
need_rust
need_node
need_postgres
need_redis
need_chromium
need_components
need_wasm_target
need_test_packages
step "format" cargo fmt --all --check

if cargo nextest --version >/dev/null 2>&1; then
  tests=(cargo nextest run --locked --no-fail-fast)
else
  tests=(cargo test --locked --no-fail-fast)
fi

web_lane() {
  scripts/build-web.sh
  quiet "lint the web client" cargo clippy --locked -p web --target wasm32-unknown-unknown \
    --target-dir "$TARGET_DIR/wasm-lint" -- -D warnings
}
server_lane() {
  quiet "lint the server" cargo clippy --locked --all-targets -- -D warnings
  quiet "build the server" cargo build --locked -p api -p load
  quiet "build the tests" "${tests[@]}" --no-run
}

web_lane &
web=$!
at_exit "end $web"
server_lane
step "start PostgreSQL" start_postgres
step "start Redis" start_redis
wait $web || die "The web client failed, see above."

step "tests of the crates" "${tests[@]}" </dev/null
if ! cargo nextest --version >/dev/null 2>&1; then :; else
  quiet "documentation tests" cargo test --locked --doc
fi
step "documents" npm run --silent --prefix e2e lint
step "browser journeys" scripts/e2e.sh --built
say "All passed in $((SECONDS - BEGAN)) s."

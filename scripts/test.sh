#!/usr/bin/env bash
# make test: everything README promises, from a bare machine. Two lanes compile side by side, the
# web client and the server, each with its tests; then the tests run one kind after the other.
# shellcheck source=tools.sh
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
# shellcheck source=services.sh
source scripts/services.sh

BEGAN=$SECONDS
# A clone that is built once has no use for what only makes a second build faster.
[ -z "${CI:-}" ] || export CARGO_INCREMENTAL=0
# Quick refusals first.
need_rust
need_node
need_postgres
need_redis
need_curl
need_haproxy
need_chromium
need_components
need_wasm_target
need_test_packages

# What fails is told at once and again at the end, with its last words; what does not depend on it goes on.
FAILED=()
LAST_WORDS=15
told_by() { log_of "told by $1"; }
must() { "$@" 2>&1 | tee "$(told_by "$2")" || FAILED+=("$2"); }
verdict() {
  local name
  for name in "${FAILED[@]}"; do
    printf '\nFailed: %s\n' "$name"
    [ ! -f "$(told_by "$name")" ] || tail -n "$LAST_WORDS" "$(told_by "$name")"
  done
  say "Screens: e2e/results/screens; the journeys' report: e2e/report/index.html"
  [ ${#FAILED[@]} -eq 0 ] || die "$(printf 'Failed: %s\n' "${FAILED[@]}")"
  say "All passed in $((SECONDS - BEGAN)) s."
}

if cargo nextest --version >/dev/null 2>&1; then
  nextest=1 tests=(cargo nextest run --locked)
else
  nextest= tests=(cargo test --locked)
fi
# Clippy looks at what is compiled anyway: a `cargo clippy` beside it would compile all that the crates stand on
# once more. Of the client it looks at the tests, which hold all of it; of its release the compiler's own warnings
# count (a setting of cargo that is not stable yet).
linted() { RUSTC_WORKSPACE_WRAPPER=clippy-driver CLIPPY_ARGS=-Dwarnings__CLIPPY_HACKERY__ "$@"; }

# In a folder of its own: cargo lets one build at a time into a folder.
web_tests() { CARGO_TARGET_DIR=$TARGET_DIR/web-tests linted "${tests[@]}" -p web "$@"; }
web_lane() {
  env CARGO_UNSTABLE_WARNINGS=true CARGO_BUILD_WARNINGS=deny scripts/build-web.sh || return
  quiet "lint and build the web client's tests" web_tests --no-run
}

must step "format" cargo fmt --all --check
beside web_lane
web=$BESIDE
quiet "lint and build the server" linted cargo build --locked -p api -p load
quiet "lint and build the tests" linted "${tests[@]}" --no-run
step "start PostgreSQL" start_postgres
step "start Redis" start_redis
step "start the S3 store" start_s3
wait "$web" || FAILED+=("web client")

must step "tests of the crates" linted "${tests[@]}" --no-fail-fast </dev/null
must step "tests of the web client" web_tests --no-fail-fast </dev/null
[ ! -f dist/index.html ] || must step "weight of the web client" node scripts/weigh.mjs dist
must step "ledger of messages" "$TARGET_DIR/debug/load" ledger --short
must step "everything breaks while people write" "$TARGET_DIR/debug/load" faults --short
[ -z "$nextest" ] || must quiet "tests in the documentation" linted cargo test --locked --doc
must step "documents" npm run --silent --prefix e2e lint
[ ! -f dist/index.html ] || must step "browser journeys" scripts/e2e.sh --built
[ ! -f dist/index.html ] || must step "browser journeys on three nodes" \
  scripts/e2e.sh --built --nodes 3 journeys/nodes.spec.ts journeys/conversation.spec.ts
verdict

#!/usr/bin/env bash
# make check: format, lints and known advisories; quick, builds no client.
# shellcheck source=tools.sh
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
need_rust
need_components
need_wasm_target
step "format" cargo fmt --all --check
step "lint server, wire and load generator" cargo clippy -q --locked --all-targets -- -D warnings
step "lint web client" cargo clippy -q --locked -p web --target wasm32-unknown-unknown -- -D warnings
if has cargo-deny; then
  step "licences and sources" cargo deny --offline check bans licenses sources
else
  say "– licences and sources: cargo-deny is not installed, skipped"
fi

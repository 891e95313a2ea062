#!/usr/bin/env bash
# make check: format, lints, licences and sources; quick, builds no client.
#   make check DENY=1     installs cargo-deny for the last two, which compiles for some minutes
# shellcheck source=tools.sh
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
need_rust
need_components
need_wasm_target
step "format" cargo fmt --all --check
step "lint server, wire and load generator" cargo clippy -q --locked --all-targets -- -D warnings
step "lint web client" cargo clippy -q --locked -p web --target wasm32-unknown-unknown -- -D warnings
[ -z "${DENY:-}" ] || need_cargo_deny
if has cargo-deny; then
  step "licences and sources" cargo deny --offline check bans licenses sources
  # A copy of the list of known holes, where one was fetched before (`cargo deny fetch db`).
  if compgen -G "${CARGO_HOME:-$HOME/.cargo}/advisory-db*/*" >/dev/null; then
    step "known holes" cargo deny --offline check advisories
  else
    say "– known holes: NOT checked: there is no copy of the advisories here (cargo deny fetch db)"
  fi
else
  say "– licences and sources: NOT checked: cargo-deny is not installed (make check DENY=1 installs it)"
fi

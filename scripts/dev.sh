#!/usr/bin/env bash
# make dev: client on http://localhost:8081, rebuilt on every change by Trunk; server on 8080,
# rebuilt and restarted when a file of api, shared or migrations changes.
# shellcheck source=tools.sh
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
need_build_tools
need_trunk
need_wasm_bindgen

newest() { find api shared migrations Cargo.lock -type f -printf '%T@\n' | sort -n | tail -n 1; }

beside env TRUNK_SKIP_VERSION_CHECK=true trunk --config trunk.toml serve
server=
at_exit '[ -z "$server" ] || end "$server"'

while true; do
  seen=$(newest)
  if cargo build -p api; then
    [ -z "$server" ] || end "$server"
    PUBLIC_URL=${PUBLIC_URL:-http://localhost:8081} "$TARGET_DIR/debug/api" serve --demo &
    server=$!
  fi
  while [ "$(newest)" = "$seen" ]; do sleep 1; done
done

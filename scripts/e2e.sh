#!/usr/bin/env bash
# make e2e: the browser journeys against a real server that serves the release client.
#   scripts/e2e.sh [--built] [playwright arguments]     --built: client and server are up to date
# shellcheck source=tools.sh
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
if [ "${1:-}" = --built ]; then
  shift
else
  need_rust
  need_test_packages
  need_chromium
  need_postgres
  scripts/build-web.sh
  step "build the server" cargo build --locked -q -p api
fi
[ -n "${CHROMIUM:-}" ] || need_chromium
export SPACE_API_BINARY=${SPACE_API_BINARY:-$TARGET_DIR/debug/api}
cd e2e
exec npx --no-install playwright test "$@" </dev/null

#!/usr/bin/env bash
# make e2e: the browser journeys against a real server that serves the release client.
#   scripts/e2e.sh [--built] [--nodes N] [playwright arguments]
#     --built     client and server are up to date
#     --nodes 3   against three nodes with Redis between them and a proxy in front
# shellcheck source=tools.sh
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
# shellcheck source=services.sh
source scripts/services.sh
built=
while :; do
  case "${1:-}" in
    --built) built=1 ;;
    --nodes)
      export E2E_NODES=${2:?how many}
      shift
      ;;
    *) break ;;
  esac
  shift
done
if [ -n "${E2E_NODES:-}" ]; then
  need_postgres
  need_redis
  need_haproxy
fi
if [ -z "$built" ]; then
  need_rust
  need_test_packages
  need_chromium
  need_postgres
  scripts/build-web.sh
  step "build the server" cargo build --locked -q -p api ${E2E_NODES:+-p load}
fi
[ -n "${CHROMIUM:-}" ] || need_chromium
export SPACE_API_BINARY=${SPACE_API_BINARY:-$TARGET_DIR/debug/api}
# `make test` has one already.
[ -z "${E2E_NODES:-}" ] || [ -n "${TEST_DATABASE_URL:-}" ] || step "start PostgreSQL" start_postgres
cd e2e
npx --no-install playwright test "$@" </dev/null

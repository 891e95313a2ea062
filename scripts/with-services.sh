#!/usr/bin/env bash
# Runs a command with a throw-away PostgreSQL and Redis: TEST_DATABASE_URL, TEST_REDIS_URL.
#   scripts/with-services.sh cargo test -p api a_muted_member
# shellcheck source=tools.sh
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
# shellcheck source=services.sh
source scripts/services.sh
need_postgres
need_redis
start_postgres
start_redis
"$@"

#!/usr/bin/env bash
# Runs a command with a throw-away PostgreSQL, Redis and S3 store: TEST_DATABASE_URL, TEST_REDIS_URL,
# TEST_S3_….
#   scripts/with-services.sh cargo test -p api a_muted_member
# shellcheck source=tools.sh
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
# shellcheck source=services.sh
source scripts/services.sh
need_postgres
need_redis
need_test_packages
start_postgres
start_redis
start_s3
"$@"

#!/usr/bin/env bash
# make faults: breaks everything that can break while people talk, with negative controls that must be
# noticed. Release build, most of an hour; `--short` for a few of each.
# shellcheck source=tools.sh
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
# shellcheck source=services.sh
source scripts/services.sh
need_rust
need_postgres
need_redis
need_haproxy
need_nft
need_faketime
quiet "build the server" cargo build --locked --release -p api -p load
step "start PostgreSQL" start_postgres
"$TARGET_DIR/release/load" faults "$@"

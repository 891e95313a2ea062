#!/usr/bin/env bash
# Three nodes, Redis between them and a proxy in front, on this machine and gone at the end. People talk
# while nodes and Redis are killed, added and replaced; nothing may be lost, doubled or disordered.
#   scripts/cluster.sh [--kills 20] [--apart]     see: load cluster --help
#   scripts/cluster.sh --serve [--web dist]       only starts them, and says where
# shellcheck source=tools.sh
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
# shellcheck source=services.sh
source scripts/services.sh
need_rust
need_postgres
need_redis
need_haproxy
quiet "build the server" cargo build --locked -p api -p load
step "start PostgreSQL" start_postgres
"$TARGET_DIR/debug/load" cluster "$@"

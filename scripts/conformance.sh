#!/usr/bin/env bash
# make conformance: the cases of a WebSocket conformance suite against the way in of our sockets.
# shellcheck source=tools.sh
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
need_rust
need_kosoku
cargo test --locked -q -p api --test conformance

#!/usr/bin/env bash
# make run: from a fresh machine to a conversation. Ctrl-C stops everything.
# shellcheck source=tools.sh
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"

BEGAN=$SECONDS
need_build_tools
# The server compiles beside the client: each has long single-threaded stretches.
beside quiet "build the server" cargo build --profile quick --locked -p api
scripts/build-web.sh
wait "$BESIDE"
ENDINGS=()
say "Built in $((SECONDS - BEGAN)) s."

# The server takes the terminal: its own signals, its own clean-up.
exec "$TARGET_DIR/quick/api" serve --demo

# Shared by all scripts: where things are, how progress looks, how everything started is ended.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
ROOT=$PWD
# shellcheck source=versions.sh
source scripts/versions.sh

TARGET_DIR=${CARGO_TARGET_DIR:-$ROOT/target}
LOGS=$TARGET_DIR/logs
mkdir -p "$LOGS"
# npm's wasm-opt before any other: Debian's builds a page that stays blank.
export PATH="$ROOT/e2e/node_modules/.bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
# Trunk prints long stack traces with it.
export RUST_BACKTRACE=0
export CARGO_TERM_PROGRESS_WHEN=never

say() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"; }
die() { printf '\n%s\n' "$*" >&2; exit 1; }

# step NAME COMMAND...: runs it, prints when it began and how long it took.
step() {
  local name=$1 from=$SECONDS code=0
  shift
  say "▶ $name"
  "$@" || code=$?
  if [ $code -eq 0 ]; then say "✓ $name ($((SECONDS - from)) s)"; else say "✗ $name ($((SECONDS - from)) s)"; fi
  return $code
}

# quiet NAME COMMAND...: as step, with the output in a file that is shown when it fails.
quiet() { step "$1" quietly "$(log_of "$1")" "${@:2}"; }
log_of() { echo "$LOGS/$(tr -c 'a-zA-Z0-9\n' - <<<"$1").log"; }
quietly() {
  local log=$1
  shift
  "$@" >"$log" 2>&1 || { local code=$?; tail -n 200 "$log"; return $code; }
}

# Whatever needs an end is said with `at_exit COMMAND`; the last one said runs first.
ENDINGS=()
at_exit() { ENDINGS+=("$1"); }
run_endings() {
  local i
  for ((i = ${#ENDINGS[@]} - 1; i >= 0; i--)); do eval "${ENDINGS[i]}" || true; done
  ENDINGS=()
}
trap run_endings EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# end PID: asks one process to go and waits for it.
end() {
  kill "$1" 2>/dev/null || return 0
  wait "$1" 2>/dev/null || true
}

# beside COMMAND...: runs it in the background, with all its children in one group; sets BESIDE.
beside() {
  set -m
  "$@" &
  set +m
  BESIDE=$!
  at_exit "end_group $BESIDE"
}
end_group() {
  kill -- "-$1" 2>/dev/null || return 0
  wait "$1" 2>/dev/null || true
}

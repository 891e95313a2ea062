#!/usr/bin/env bash
# The release web client in dist/: hashed names, brotli and gzip beside each file. Skipped when
# nothing it is made of has changed.
# shellcheck source=tools.sh
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"

stamp=dist/.stamp
# The content of everything the client is made of.
inputs() {
  find web shared Cargo.toml Cargo.lock trunk.toml \
    scripts/versions.sh scripts/bundle-styles.sh scripts/compress.mjs \
    -type f -not -path 'web/styles/bundle.css*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
}

build() {
  TRUNK_SKIP_VERSION_CHECK=true NO_COLOR=true trunk --config trunk.toml build --release
  node scripts/compress.mjs dist
}

need_rust
need_wasm_target
need_wasm_opt
made_of=$(inputs | sha256sum)
if [ -f dist/index.html ] && [ "$made_of" = "$(cat $stamp 2>/dev/null)" ]; then
  say "✓ web client (nothing changed)"
  exit 0
fi
need_trunk
need_wasm_bindgen
quiet "build the web client" build
grep -h '^web client:' "$LOGS/build-the-web-client.log" || true
printf '%s\n' "$made_of" >$stamp

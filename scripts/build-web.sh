#!/usr/bin/env bash
# The release web client in dist/: hashed names, brotli and gzip beside each file. Skipped when
# nothing it is made of has changed.
# shellcheck source=tools.sh
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"

stamp=dist/.stamp
# The content of everything the client is made of.
inputs() {
  find web shared Cargo.toml Cargo.lock trunk.toml \
    scripts/versions.sh scripts/bundle-styles.sh scripts/build-web.sh scripts/*.mjs \
    -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
}

# wasm-split needs the relocations that the linker would drop; the flags replace those in
# .cargo/config.toml. BUILD_SPLIT=0 leaves the client in one piece.
set_flags() {
  export BUILD_SPLIT=${BUILD_SPLIT:-1}
  local flags="--cfg erase_components"
  [ "$BUILD_SPLIT" = 0 ] || flags+=" --cfg split -Clink-args=--emit-relocs"
  if has_std_source; then
    # The standard library is built along: a panic ends the client without composing a text that only
    # a console would show, and nothing of Debug or of source places is in it. A dev build has it all.
    export RUSTC_BOOTSTRAP=1 CARGO_UNSTABLE_BUILD_STD=std,panic_abort
    export CARGO_UNSTABLE_BUILD_STD_FEATURES=optimize_for_size
    flags+=" -Zlocation-detail=none -Zfmt-debug=none -Zunstable-options -Cpanic=immediate-abort"
  fi
  export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS=$flags
}
# What Trunk would compile; it finds it done.
compile() {
  set_flags
  cargo build --locked -p web --target wasm32-unknown-unknown --profile wasm-release
}
assemble() {
  set_flags
  TRUNK_SKIP_VERSION_CHECK=true NO_COLOR=true trunk --config trunk.toml build --release &&
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
need_std_source
# The last step of the client's compilation takes minutes on one core: the tools are made meanwhile.
beside quiet "compile the web client" compile
need_trunk
need_wasm_bindgen
need_wasm_split
wait "$BESIDE" || exit 1
ENDINGS=()
quiet "build the web client" assemble
grep -h '^web client:' "$LOGS/build-the-web-client.log" || true
printf '%s\n' "$made_of" >$stamp

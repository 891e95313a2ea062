# Tools that are not Cargo dependencies. `npm` packages are pinned in e2e/package.json.
# shellcheck disable=SC2034
TRUNK_VERSION=0.21.14
# Bump together with wasm-bindgen in Cargo.toml: Trunk uses the tool only if both are equal.
WASM_BINDGEN_VERSION=0.2.130
BINARYEN_VERSION=132.0.0
# The oldest major version that will do; the Dockerfile takes this one.
NODE_VERSION=20
CARGO_DENY_VERSION=0.20.2
KOSOKU_VERSION=0.1.0
WASM_SPLIT_VERSION=0.2.4

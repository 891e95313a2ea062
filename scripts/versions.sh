# Tools that are not Cargo dependencies. `npm` packages are pinned in e2e/package.json.
# shellcheck disable=SC2034
TRUNK_VERSION=0.21.14
# Bump together with wasm-bindgen in Cargo.toml: Trunk uses the tool only if both are equal.
WASM_BINDGEN_VERSION=0.2.130
BINARYEN_VERSION=132.0.0

# Finds what the build needs and installs what is missing, saying what and how long it took.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

has() { command -v "$1" >/dev/null 2>&1; }

# apt NAME PACKAGE...: installs Debian packages, or says what to install.
apt() {
  local what=$1 root=()
  shift
  has apt-get || die "$what is missing. Install it with your system's packages (Debian: $*) and try again."
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || die "$what is missing. Install it and try again: sudo apt-get install $*"
    root=(sudo -n)
  fi
  quiet "install $what" apt_install "$@"
}
apt_install() {
  # RUNLEVEL: a test needs the programs, not a service.
  local install=("${root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
    apt-get install -y -q --no-install-recommends "$@")
  "${install[@]}" </dev/null || { "${root[@]}" apt-get update -q && "${install[@]}" </dev/null; }
}

# Rust links with the system's C compiler, and some crates bring C.
need_rust() {
  has cargo || die "Rust is missing. Install it from https://rustup.rs and try again."
  has cc || apt "A C compiler" gcc libc6-dev
}

need_wasm_target() {
  local lib
  lib=$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown
  [ -d "$lib" ] && return
  has rustup || die "The Rust target wasm32-unknown-unknown is missing. Install it with your Rust."
  quiet "install the wasm32 target" rustup target add wasm32-unknown-unknown
}

# The source of the standard library: without it the client is built all the same, but larger.
has_std_source() {
  [ "${BUILD_STD:-1}" != 0 ] && [ -f "$(rustc --print sysroot)/lib/rustlib/src/rust/library/Cargo.lock" ]
}
need_std_source() {
  has_std_source || [ "${BUILD_STD:-1}" = 0 ] || ! has rustup ||
    quiet "install the source of the standard library" rustup component add rust-src ||
    say "  It cannot be had: the web client will be larger."
}

need_components() {
  cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 && return
  quiet "install rustfmt and clippy" rustup component add rustfmt clippy
}

# cargo_tool VERSION_FOUND VERSION_WANTED INSTALL_ARGUMENTS...
# Built quickly rather than small, for the tools run for seconds: not optimised, but for what goes through all
# of a module; and in one folder, so that what several of them use is compiled once.
HEAVY="walrus wasmparser wasm-encoder wasm-bindgen-cli-support wasm_split_cli_support"
cargo_tool() {
  [ "$1" = "$2" ] && return
  local crate heavy=()
  for crate in $HEAVY; do heavy+=(--config "profile.release.package.$crate.opt-level=1"); done
  quiet "install $3 $2 (some minutes, once)" env CARGO_TARGET_DIR="$TARGET_DIR/tools" \
    CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_STRIP=true \
    cargo "${heavy[@]}" install --force --version "$2" "${@:3}"
}
# Without what it would fetch tools and news with.
need_trunk() {
  cargo_tool "$(trunk --version 2>/dev/null | cut -d' ' -f2)" "$TRUNK_VERSION" trunk --locked --no-default-features
}
# Not --locked: its lock file names a release that not every registry mirror has.
need_wasm_bindgen() {
  cargo_tool "$(wasm-bindgen --version 2>/dev/null | cut -d' ' -f2)" "$WASM_BINDGEN_VERSION" wasm-bindgen-cli
}

need_cargo_deny() {
  cargo_tool "$(cargo-deny --version 2>/dev/null | cut -d' ' -f2)" "$CARGO_DENY_VERSION" cargo-deny --locked
}

need_wasm_split() {
  # It cannot tell its version.
  local list=${CARGO_HOME:-$HOME/.cargo}/.crates.toml found=
  grep -q "^\"wasm_split_cli_support $WASM_SPLIT_VERSION " "$list" 2>/dev/null && found=$WASM_SPLIT_VERSION
  cargo_tool "$found" "$WASM_SPLIT_VERSION" wasm_split_cli_support --locked --features build-binary
}

need_node() {
  has node && has npm || die "Node.js with npm is missing. Install version $NODE_VERSION or newer from https://nodejs.org and try again."
  [ "$(node -p 'process.versions.node.split(".")[0]')" -ge "$NODE_VERSION" ] ||
    die "Node.js $NODE_VERSION or newer is needed, and $(node --version) is installed. Get one from https://nodejs.org and try again."
}

# Only what builds the client; the tests' packages come with need_test_packages.
need_wasm_opt() {
  need_node
  [ -x e2e/node_modules/.bin/wasm-opt ] && grep -q "\"version\": \"$BINARYEN_VERSION\"" \
    e2e/node_modules/binaryen/package.json && return
  quiet "install wasm-opt" npm_ci --omit=dev
}
need_test_packages() {
  need_node
  local stamp=e2e/node_modules/.stamp-tests
  cmp -s e2e/package-lock.json "$stamp" && return
  quiet "install the test packages" npm_ci
  cp e2e/package-lock.json "$stamp"
}
npm_ci() {
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --prefix e2e --no-audit --no-fund "$@" </dev/null
}

postgres_bin() {
  local folder
  folder=${SPACE_POSTGRES_BIN:-$(dirname "$(readlink -f "$(command -v postgres)" 2>/dev/null)" 2>/dev/null)}
  [ -x "$folder/initdb" ] || folder=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
  [ -x "$folder/initdb" ] && printf '%s\n' "$folder"
}
need_postgres() {
  postgres_bin >/dev/null && return
  # The programs only: no server of the system's own.
  if [ "$(id -u)" -eq 0 ]; then
    mkdir -p /etc/postgresql-common/createcluster.d
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/the-space.conf
  fi
  apt PostgreSQL postgresql
  postgres_bin >/dev/null || die "PostgreSQL was installed, but initdb is not where Debian puts it. Set SPACE_POSTGRES_BIN."
}

need_curl() { has curl || apt curl curl; }
# Debian keeps it where only root's PATH looks.
need_haproxy() { has haproxy || [ -x /usr/sbin/haproxy ] || apt HAProxy haproxy; }

need_nft() { has nft || [ -x /usr/sbin/nft ] || apt nftables nftables; }

need_faketime() { compgen -G '/usr/lib/*/faketime/libfaketime.so.1' >/dev/null || apt libfaketime faketime; }

need_redis() { has redis-server || apt Redis redis-server; }

need_chromium() {
  if [ -z "${CHROMIUM:-}" ]; then
    CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
    [ -n "$CHROMIUM" ] || { apt Chromium chromium && CHROMIUM=$(command -v chromium); }
  fi
  export CHROMIUM
}

# Everything `make run` needs, quick refusals before slow installations.
need_build_tools() {
  need_rust
  need_node
  [ -n "${DATABASE_URL:-}" ] || need_postgres
  need_wasm_target
  need_wasm_opt
}

# The suite of WebSocket cases (MIT), in a Python of its own; names it in KOSOKU.
need_kosoku() {
  local home=$TARGET_DIR/kosoku-$KOSOKU_VERSION
  export KOSOKU=$home/bin/kosoku
  [ -x "$KOSOKU" ] && return
  python3 -c 'import ensurepip' >/dev/null 2>&1 || apt "Python with venv" python3-venv
  quiet "prepare a Python" python3 -m venv "$home"
  quiet "install kosoku $KOSOKU_VERSION" "$home/bin/pip" install -q --disable-pip-version-check "kosoku==$KOSOKU_VERSION"
}

#!/usr/bin/env bash
# Installs what building, testing and running need, from Debian 12's own
# packages, without a question. Only what is missing: done at once when nothing
# is. Installing needs root; checking does not.
#
# usage: install-deps.sh [--check]     --check: names what is missing, exit 1
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
  # Compiler and build. ccache and mold only make it faster.
  g++ make cmake ninja-build ccache mold pkg-config git ca-certificates
  # What the program is linked with. The last two are asked for by the CMake
  # files of gRPC and prometheus-cpp.
  protobuf-compiler protobuf-compiler-grpc libprotobuf-dev libgrpc++-dev
  libgrpc-dev libabsl-dev libre2-dev libssl-dev libsqlite3-dev
  prometheus-cpp-dev libcli11-dev libsimdjson-dev zlib1g-dev libzstd-dev
  libjemalloc-dev libc-ares-dev libcurl4-openssl-dev
  # Tests and checks.
  libgtest-dev libgmock-dev libbenchmark-dev clang-format clang-tidy valgrind
  # A verifier of the log that is not ours: tests/journal.
  golang-go golang-golang-x-mod-dev
  # Development certificates; scripts of the tests and yardsticks.
  openssl procps sqlite3
)

# Prints the packages that are not installed, one a line.
missing() {
  { dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${packages[@]}" \
    2>/dev/null || true; } | awk -v want="${packages[*]}" '
      $1 == "installed" { have[$2] = 1 }
      END {
        n = split(want, names, " ")
        for (i = 1; i <= n; i++) if (!(names[i] in have)) print names[i]
      }'
}

install() {
  export DEBIAN_FRONTEND=noninteractive
  local get=(apt-get -q -y -o Dpkg::Use-Pty=0 -o Acquire::Retries=3)
  "${get[@]}" update
  "${get[@]}" install --no-install-recommends "$@" </dev/null
}

# buf lints the protos and nothing else. It is an npm package; node and npm may
# come from elsewhere than Debian, so only the command counts.
install_buf() {
  local buf=proto/node_modules/@bufbuild
  [[ $buf -nt proto/package-lock.json ]] && return 0
  if ! command -v npm >/dev/null; then
    ((EUID == 0)) || return 1
    install nodejs npm || return 1
  fi
  npm ci --prefix proto --no-audit --no-fund --loglevel=error \
    --fetch-retries=1 --fetch-timeout=30000 </dev/null
  # npm counts an optional package that it could not fetch as a success.
  touch -c "$buf" && [[ -d $buf ]]
}

mapfile -t lacking < <(missing)
if [[ ${1-} == --check ]]; then
  ((${#lacking[@]} == 0)) && exit 0
  echo "install-deps: missing: ${lacking[*]}" >&2
  exit 1
fi
if ((${#lacking[@]})); then
  if ((EUID != 0)); then
    echo "install-deps: missing: ${lacking[*]}" >&2
    echo "install-deps: run it as root: sudo deploy/install-deps.sh" >&2
    exit 1
  fi
  echo "install-deps: installing ${lacking[*]}"
  install "${lacking[@]}"
fi
install_buf || echo "install-deps: buf is not there; only the lint of proto/" \
                    "goes without it" >&2
echo "install-deps: everything is there"

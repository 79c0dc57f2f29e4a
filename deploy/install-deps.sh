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
  # What the program is linked with. The last three are asked for by the CMake
  # files of gRPC and prometheus-cpp.
  protobuf-compiler protobuf-compiler-grpc libprotobuf-dev libgrpc++-dev
  libgrpc-dev libabsl-dev libre2-dev libssl-dev libsqlite3-dev
  prometheus-cpp-dev libcli11-dev
  libc-ares-dev libcurl4-openssl-dev zlib1g-dev
  # Tests and checks.
  libgtest-dev libgmock-dev libbenchmark-dev clang-format clang-tidy
  # Development certificates; scripts of the tests.
  openssl procps
)

# Prints the packages that are not installed, one a line.
missing() {
  dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${packages[@]}" \
    2>/dev/null | awk -v want="${packages[*]}" '
      $1 == "installed" { have[$2] = 1 }
      END {
        n = split(want, names, " ")
        for (i = 1; i <= n; i++) if (!(names[i] in have)) print names[i]
      }'
  # Node may come from elsewhere; only the command counts.
  command -v node >/dev/null || echo nodejs
  command -v npm >/dev/null || echo npm
}

install() {
  export DEBIAN_FRONTEND=noninteractive
  local get=(apt-get -q -y -o Dpkg::Use-Pty=0 -o Acquire::Retries=3)
  "${get[@]}" update
  "${get[@]}" install --no-install-recommends "$@" </dev/null
}

# buf lints the protos and nothing else: without it everything still builds.
install_buf() {
  local have=proto/node_modules/.package-lock.json
  [[ -f proto/package-lock.json ]] || return 0
  [[ $have -nt proto/package-lock.json ]] && return 0
  if ! npm ci --prefix proto --no-audit --no-fund --loglevel=error </dev/null
  then
    echo "install-deps: buf is not installed; only the lint of proto/" \
         "goes without it" >&2
    return 0
  fi
  touch "$have"
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
install_buf
echo "install-deps: everything is there"

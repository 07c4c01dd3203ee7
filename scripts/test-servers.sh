#!/bin/sh
# Installs the servers that some tests talk to: PostgreSQL, Redis or Valkey, NATS, and an S3-compatible store. Called by `make test`;
# takes no arguments.
#
# Tests start them by themselves, each in a temporary folder. So nothing is started here, and where these packages bring a
# service that starts with the machine, it is switched off again. Whatever cannot be installed is left out, and its tests
# say so.
set -eu
cd "$(dirname "$0")/.."

# The store comes from the Python index, into an environment of its own, once for each list of what is in it.
python=${CARGO_TARGET_DIR:-target}/test-servers
if ! cmp -s tests/servers/requirements.txt "$python/installed.txt"; then
    echo "Installing an S3-compatible store for tests"
    if rm -rf "$python" && python3 -m venv "$python" && "$python/bin/pip" install -q -r tests/servers/requirements.txt; then
        cp tests/servers/requirements.txt "$python/installed.txt"
    else
        rm -rf "$python"
        echo "Tests of an S3-compatible store are skipped (its packages cannot be installed)" >&2
    fi
fi

packages=''
[ -n "$(command -v initdb; ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null)" ] || packages="$packages postgresql"
[ -n "$(command -v redis-server; command -v valkey-server)" ] || packages="$packages redis-server"
[ -n "$(command -v nats-server; ls /usr/sbin/nats-server 2>/dev/null)" ] || packages="$packages nats-server"
[ -n "$packages" ] || exit 0

without() {
    echo "Tests of these are skipped:$packages ($1)" >&2
    exit 0
}

command -v apt-get >/dev/null 2>&1 || without "install them with this system's package manager"
if [ "$(id -u)" -eq 0 ]; then
    as_root=''
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root='sudo -n'
else
    without "to have them: sudo apt-get install -y --no-install-recommends$packages"
fi

echo "Installing servers for tests:$packages"
# $as_root and $packages are lists of words and must be split.
run() {
    # shellcheck disable=SC2086
    $as_root "$@"
}

# Debian asks this script before it starts a service; where there is one already, it is the machine's own affair.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | run tee "$policy" >/dev/null
    run chmod 755 "$policy"
    trap 'run rm -f "$policy"' EXIT
fi
# A database of the system's own is not wanted either.
run mkdir -p /etc/postgresql-common/createcluster.d
echo 'create_main_cluster = false' | run tee /etc/postgresql-common/createcluster.d/no-cluster.conf >/dev/null

install() {
    # shellcheck disable=SC2086
    run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages
}
install >/dev/null 2>&1 || { run apt-get update -qq && install; } || without "they cannot be installed"
for service in $packages; do
    run systemctl disable "$service" >/dev/null 2>&1 || true
done

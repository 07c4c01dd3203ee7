#!/bin/sh
# Does what the README says first, on a machine where nothing is there yet. Called by `make check-fresh`; takes no
# arguments.
#
# The machine is Debian 12's smallest root, with make, curl and this machine's Rust, in a temporary folder. In it,
# a clone of what is committed here is set up, built and served by `make run`, and a sample is read. It reaches the same
# registries as this machine: the configuration of apt, Cargo and pip is copied, and nothing else.
#
# Everything is mounted in a namespace of its own and runs there, so that no mount and no process can outlive the
# script, however it ends.
set -eu

release=bookworm
# Below the root. Whatever is run there is called by its path, with an environment of its own.
rust=opt/rust
home=home/fresh
checkout=$home/mediary
sample=samples/invoice-scan

say() {
    echo "check-fresh: $*"
}

fail() {
    echo "check-fresh: $*" >&2
    exit 1
}

# --- Outside: makes the root, and removes it.

outside() {
    [ "$(id -u)" -eq 0 ] || fail "this makes and enters a root of its own, which only root can: sudo -E env \"PATH=\$PATH\" make check-fresh"
    for program in git rustc cargo unshare chroot; do
        command -v "$program" >/dev/null || fail "$program is needed, and not on the search path"
    done
    unshare --mount --pid --fork --kill-child true 2>/dev/null ||
        fail "this system lets not even root have namespaces; run it outside of a container, or in a privileged one"
    if ! command -v debootstrap >/dev/null; then
        command -v apt-get >/dev/null || fail "debootstrap is needed: install it with this system's package manager"
        say "installing debootstrap"
        quiet apt-get install -y --no-install-recommends debootstrap ||
            { quiet apt-get update && quiet apt-get install -y --no-install-recommends debootstrap; } ||
            fail "apt cannot install debootstrap"
    fi

    root=$(mktemp -d -t mediary-fresh.XXXXXX)
    # The mounts are in the namespace only, so that this reaches nothing but the folder itself.
    trap 'rm -rf "$root"' EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    chmod 755 "$root"

    say "making Debian 12's smallest root"
    make_root
    say "copying this machine's Rust ($(rustc --version)) and its configuration of apt, Cargo and pip"
    copy_rust
    carry_configuration
    git clone --quiet --no-hardlinks "$(git rev-parse --show-toplevel)" "$root/$checkout"
    say "cloned $(git -C "$root/$checkout" log -1 --format='%h %s')"

    # In the background and waited for, so that a signal to this script is noticed at once and ends what is inside. unshare
    # itself waits for its child whatever it is told, but the child does not outlive it.
    unshare --mount --pid --fork --kill-child --propagation private sh scripts/check-fresh.sh --inside "$root" &
    inside=$!
    trap 'kill -KILL "$inside" 2>/dev/null || true; wait "$inside" || true; rm -rf "$root"' EXIT
    wait "$inside"
}

quiet() {
    DEBIAN_FRONTEND=noninteractive "$@" >/dev/null 2>&1
}

make_root() {
    mirror=${DEBIAN_MIRROR:-$(debian_mirror)}
    [ -n "$mirror" ] || fail "apt knows no archive of Debian here; set DEBIAN_MIRROR to the address of one"
    eval "$(apt_proxies)"
    if ! debootstrap --variant=minbase --include=make,curl "$release" "$root" "$mirror" >"$root.log" 2>&1; then
        tail -n 20 "$root.log" >&2
        rm -f "$root.log"
        fail "debootstrap failed"
    fi
    rm -f "$root.log"
    echo "deb $mirror $release main" >"$root/etc/apt/sources.list"
    for file in resolv.conf hosts; do
        [ ! -e "/etc/$file" ] || cp -L "/etc/$file" "$root/etc/$file"
    done
    mkdir -p "$root/$home"
}

# The archive that this machine's apt takes Debian from, if it does.
debian_mirror() {
    command -v apt-get >/dev/null || return 0
    # shellcheck disable=SC2016 # apt's own variables
    apt-get indextargets --format '$(LABEL) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
        sed -n 's/^Debian main //p' | head -n 1
}

# debootstrap asks the environment for a proxy, apt its configuration.
apt_proxies() {
    command -v apt-config >/dev/null || return 0
    apt-config shell http_proxy Acquire::http::Proxy https_proxy Acquire::https::Proxy
    echo 'export http_proxy https_proxy'
}

# The toolchain itself without its documentation: what rustup would have fetched, with no rustup before it.
copy_rust() {
    sysroot=$(rustc --print sysroot)
    mkdir -p "$root/$rust"
    tar -C "$sysroot" --exclude ./share --exclude ./lib/rustlib/src -cf - . | tar -C "$root/$rust" -xf -
}

# What says where packages come from and how to get there. Written below the same paths, the user's below the new home.
carry_configuration() {
    if command -v apt-config >/dev/null; then
        apt-config dump | grep '^Acquire::' >"$root/etc/apt/apt.conf.d/90machine" || true
    fi
    carry /etc/apt/auth.conf /etc/apt/auth.conf.d /etc/pip.conf /usr/local/share/ca-certificates
    carry_home "${CARGO_HOME:-$HOME/.cargo}/config.toml" .cargo/config.toml
    carry_home "${CARGO_HOME:-$HOME/.cargo}/config" .cargo/config
    carry_home "${XDG_CONFIG_HOME:-$HOME/.config}/pip/pip.conf" .config/pip/pip.conf
    carry_home "$HOME/.pip/pip.conf" .pip/pip.conf

    # The environment's part of it, with the files that it names.
    carried >"$root/environment"
    while IFS='=' read -r name value; do
        # Folders of certificates are filled by the packages in the root itself.
        [ "$name" != SSL_CERT_DIR ] || continue
        set -f
        for word in $value; do
            case $word in /*) carry "$word" ;; esac
        done
        set +f
    done <"$root/environment"
}

carry() {
    for path in "$@"; do
        [ ! -e "$path" ] || { mkdir -p "$root$(dirname "$path")" && cp -RL "$path" "$root$(dirname "$path")/"; }
    done
}

carry_home() {
    [ ! -f "$1" ] || { mkdir -p "$(dirname "$root/$home/$2")" && cp -L "$1" "$root/$home/$2"; }
}

# The variables of this environment that lead to registries, one a line. Cargo's others name folders of this machine.
carried() {
    cargo='CARGO_(REGISTR(Y|IES)|SOURCE|NET|HTTP|BUILD_JOBS)[A-Z0-9_]*'
    certificates='SSL_CERT_(FILE|DIR)|(REQUESTS|CURL)_CA_BUNDLE'
    proxies='(https?|all|no)_proxy|(HTTPS?|ALL|NO)_PROXY'
    env | grep -E "^(PIP_[A-Z_]+|$cargo|$certificates|$proxies)=" || true
}

# --- Inside: the only processes in the namespace are this script and what it starts.

inside() {
    root=$1
    for folder in dev sys; do
        mount --rbind "/$folder" "$root/$folder"
        mount --make-rslave "$root/$folder"
    done
    mount -t proc proc "$root/proc"
    log=$root/$home/log

    say "make run"
    enter make -C "/$checkout" run >"$log" 2>&1 &
    server=$!
    # Until it serves; `make run` has no limit of its own, and neither has this while it goes on.
    until address=$(sed -n 's/.*serving on \(http:[^ "]*\).*/\1/p' "$log") && [ -n "$address" ]; do
        kill -0 "$server" 2>/dev/null || stopped "make run ended before it served"
        sleep 1
    done
    case $address in
        http://127.0.0.1:*) ;;
        *) stopped "it listens on $address, which is not loopback" ;;
    esac
    in_root curl -fsS --max-time 60 --retry 10 --retry-connrefused -o /dev/null "$address/health" ||
        stopped "$address/health gives no answer"
    say "it serves on $address; reading a sample"

    text=$(in_root curl -fsS --max-time 300 -H 'Accept: text/plain' \
        -F "file=@/$checkout/$sample.pdf" "$address/v1/ocr/process") || stopped "the sample was not read"
    # Each of the longer words of what is known to stand on it, in any order.
    wanted=$(tr -cs '[:alpha:]' '\n' <"$root/$checkout/$sample.txt" | grep -E '.{5,}' | sort -u)
    got=$(printf '%s\n' "$text" | tr -cs '[:alpha:]' '\n' | sort -u)
    missing=$(printf '%s\n' "$wanted" | grep -vxF -e "$got" || true)
    [ -z "$missing" ] || stopped "the text of the sample lacks: $(echo "$missing" | tr '\n' ' ')"

    # make hands the signal to the server, which Cargo has become.
    kill "$server"
    wait "$server" || true
    if in_root curl -fsS --max-time 10 -o /dev/null "$address/health" 2>/dev/null; then
        fail "the server goes on after it was told to stop"
    fi
    say "all well: from nothing to the text of a scan"
}

# A command in the root.
in_root() {
    (enter "$@")
}

# Becomes a command in the root, with a fresh environment. The server's port is left to the system.
enter() {
    path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    # shellcheck disable=SC2016 # the inner shell's own variables
    exec chroot "$root" /usr/bin/env -i "HOME=/$home" "PATH=/$rust/bin:$path" MEDIARY_SERVER__PORT=0 sh -c '
        while IFS= read -r line; do export "$line"; done </environment
        exec "$@"' sh "$@"
}

stopped() {
    tail -n 40 "$log" >&2
    fail "$1"
}

case ${1-} in
    --inside) inside "$2" ;;
    '') cd "$(dirname "$0")/.." && outside ;;
    *) fail "takes no arguments" ;;
esac

#!/bin/sh
# Everything `make setup` does, from a machine with Python 3.11, make and package registries.
#
# Each part first compares its lock with the copy kept beside what was installed from it, so a
# repeated run costs milliseconds and needs neither Python nor network.
set -eu
cd "$(dirname "$0")/.."

vendor=dashboard/static/vendor
log=.venv/setup.log

stop() {
    printf 'setup: %s\n' "$1" >&2
    exit 1
}

# Registry clients explain themselves over many lines: those go to the log.
install() {
    what=$1
    shift
    printf 'setup: installing %s\n' "$what"
    "$@" >"$log" 2>&1 ||
        stop "could not install $what. Check that this machine reaches the package registry (network, proxy, certificates), then repeat; $log has the client's own words."
}

is_recent() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

recent_python() {
    if [ -n "${PYTHON:-}" ]; then
        set -- "$PYTHON"
    else
        set -- python3 python3.14 python3.13 python3.12 python3.11
    fi
    for candidate; do
        if is_recent "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    found=$("$1" --version 2>&1) || found='not there'
    stop "needs Python 3.11 or newer, and $1 is $found. Install one, or name one: make setup PYTHON=/path/to/python3.11"
}

locked_by_pip() {
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --retries 2 --timeout 20 \
        --require-hashes --only-binary :all: --requirement "$1"
}

# uv installs the set in a tenth of pip's time; its own version and hashes come from the same lock.
locked_uv() {
    sed -n '/^uv==/,/[^\\]$/p' requirements.lock >.venv/uv.lock
    locked_by_pip .venv/uv.lock
}

# uv does not read pip's settings: where a mirror or a certificate is set for pip alone, pip it is.
locked_python_packages() {
    VIRTUAL_ENV=.venv .venv/bin/uv pip sync --require-hashes --no-build requirements.lock ||
        locked_by_pip requirements.lock
}

locked_front_end_packages() {
    tools/npm ci --ignore-scripts --prefer-offline --fetch-retries 1 --fetch-retry-mintimeout 1000
}

if ! [ -x .venv/bin/python ] || ! [ -x .venv/bin/uv ]; then
    python=$(recent_python)
    "$python" -m venv --clear .venv ||
        stop "$python cannot make a virtual environment: install its venv module (on Debian: python3-venv), then repeat."
    install uv locked_uv
fi

if ! cmp -s requirements.lock .venv/requirements.lock; then
    install 'the Python packages' locked_python_packages
    cp requirements.lock .venv/requirements.lock
fi

# Notebooks run in a folder of their own: this environment finds the checkout from anywhere.
for packages in .venv/lib/python3*/site-packages; do
    [ ! -d "$packages" ] || [ -e "$packages/checkout.pth" ] || echo ../../../.. >"$packages/checkout.pth"
done

if ! cmp -s package-lock.json "$vendor/package-lock.json"; then
    install 'the front-end packages' locked_front_end_packages
    rm -rf "$vendor"
    mkdir -p "$vendor/leaflet" "$vendor/world-atlas"
    (cd node_modules/leaflet && cp -R dist/leaflet.js dist/leaflet.css dist/images LICENSE "$OLDPWD/$vendor/leaflet")
    (cd node_modules/world-atlas && cp countries-50m.json LICENSE "$OLDPWD/$vendor/world-atlas")
    rm -rf node_modules
    cp package-lock.json "$vendor/package-lock.json"
fi

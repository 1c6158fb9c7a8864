#!/bin/sh
# The browser that the browser tests drive. Only `make test` needs it.
set -eu

command -v chromium >/dev/null && exit 0

stop() {
    printf 'test: the browser tests need chromium: %s\n' "$1" >&2
    exit 1
}

command -v apt-get >/dev/null || stop "install it so that 'chromium' is on PATH, then repeat."
if [ "$(id -u)" = 0 ]; then
    as_root=
elif sudo -n true 2>/dev/null; then
    as_root=sudo
else
    stop "install the package 'chromium' (sudo apt-get install chromium), then repeat."
fi

echo 'test: installing chromium'
log=.venv/chromium.log
{ $as_root apt-get update && $as_root apt-get install --yes --no-install-recommends chromium; } \
    </dev/null >"$log" 2>&1 ||
    stop "apt-get could not install it. Check that this machine reaches the package registry, then repeat; $log has its own words."

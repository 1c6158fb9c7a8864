#!/bin/sh
# What the tests need of the system: the browser that they drive, the libraries that set a PDF, and
# the programs that read the exports as other people will: GDAL, LibreOffice, R.
# Only `make test` needs all of them.
set -eu

stop() {
    printf 'test: %s\n' "$1" >&2
    exit 1
}

sets_type() {
    .venv/bin/python -c 'import weasyprint' >/dev/null 2>&1
}

missing=
command -v chromium >/dev/null || missing=chromium
sets_type || missing="$missing libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
command -v ogr2ogr >/dev/null || missing="$missing gdal-bin"
command -v soffice >/dev/null || missing="$missing libreoffice-calc-nogui"
Rscript -e 'library(jsonlite)' >/dev/null 2>&1 || missing="$missing r-base-core r-cran-jsonlite"
missing=${missing# }
test -n "$missing" || exit 0

command -v apt-get >/dev/null || stop "the tests need $missing: install them, then repeat."
if [ "$(id -u)" = 0 ]; then
    as_root=
elif sudo -n true 2>/dev/null; then
    as_root=sudo
else
    stop "the tests need packages (sudo apt-get install $missing): install them, then repeat."
fi

printf 'test: installing %s\n' "$missing"
log=.venv/packages.log
# shellcheck disable=SC2086 # a list of packages
{ $as_root apt-get update && $as_root apt-get install --yes --no-install-recommends $missing; } \
    </dev/null >"$log" 2>&1 ||
    stop "apt-get could not install $missing. Check that this machine reaches the package registry, then repeat; $log has its own words."

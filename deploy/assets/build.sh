#!/bin/sh
# Rebuilds app/static/vendor from the packages pinned in package-lock.json, in a folder of its own that is removed after.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here"/package.json "$here"/package-lock.json "$here"/build.mjs "$work"
cd "$work"
npm ci --silent --no-fund --no-audit
node build.mjs "$here/../.."

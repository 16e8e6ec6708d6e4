#!/bin/sh
# Makes a virtual environment that holds what is named, unless it is there and holds that already.
# Usage: environment.sh PYTHON DIRECTORY REQUIREMENT...
set -eu
python=$1
directory=$2
shift 2
holds=$({
    "$python" -c 'import sys; print(sys.version, sys.base_prefix)'
    cat tools/venv.sh
    printf '%s\n' "$@"
} | cksum)
[ "$(cat "$directory/holds" 2>/dev/null)" != "$holds" ] || exit 0
echo "$directory: $*"
tools/venv.sh "$python" "$directory"
"$directory/bin/python" -m pip install --quiet "$@"
echo "$holds" > "$directory/holds"

#!/bin/sh
# Says by name what this machine lacks to build cordwood, before anything is built. Usage: preflight.sh PYTHON
python=$1
missing=0

lacks() {
    echo "missing: $1" >&2
    missing=1
}

# at_least WANTED FOUND: whether version FOUND is WANTED or newer.
at_least() {
    [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}

if ! command -v "$python" >/dev/null 2>&1; then
    lacks "$python: Python 3.11 or newer (Debian: apt install python3 python3-pip), or name another: make PYTHON=..."
elif ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    lacks "Python 3.11 or newer: $python is $("$python" -V); name another: make PYTHON=..."
elif ! "$python" -c 'import pip' 2>/dev/null && ! "$python" -c 'import ensurepip' 2>/dev/null; then
    lacks "pip for $python (Debian: apt install python3-pip)"
fi

for tool in rustc cargo; do
    if ! command -v "$tool" >/dev/null 2>&1; then
        lacks "$tool: Rust 1.95 or newer (https://rustup.rs)"
    else
        found=$("$tool" --version | cut -d ' ' -f 2)
        at_least 1.95.0 "$found" || lacks "$tool 1.95 or newer: this one is $found (rustup update)"
    fi
done

command -v cc >/dev/null 2>&1 || lacks "cc: a C compiler, which rustc links with (Debian: apt install gcc libc6-dev)"

exit "$missing"

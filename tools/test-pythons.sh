#!/bin/sh
# Runs the tests on every supported CPython that this machine has, each in an environment of its own, and names those that
# are missing. Usage: test-pythons.sh [PYTEST ARGUMENT ...]
#
# Looked for are those of tools/python.sh in .venv/pythons, those on PATH, and pyenv's. PYTHONS="3.14 3.15" tries only these.
set -u
cd "$(dirname "$0")/.."
supported=$(sed -n 's/.*"Programming Language :: Python :: \(3\.[0-9]*\)".*/\1/p' pyproject.toml)
: "${PYTHONS:=$supported 3.14t 3.15t}"
[ $# -gt 0 ] || set -- tests --ignore=tests/project -m "not full"

# is VERSION PYTHON: whether that interpreter runs, and is of that version.
is() {
    "$2" -c "import sys, sysconfig; t = 't' * bool(sysconfig.get_config_var('Py_GIL_DISABLED'))
sys.exit('%d.%d' % sys.version_info[:2] + t != '$1')" >/dev/null 2>&1
}

find_python() {
    for python in ".venv/pythons/$1/bin/python$1" "$(command -v "python$1")" \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"${1%t}".*/bin/python3; do
        [ -n "$python" ] && is "$1" "$python" && echo "$python" && return
    done
    return 1
}

# prepare PYTHON DIRECTORY: an environment with the extension, what it depends on, and what the tests import.
prepare() {
    contents=$(find rust python Cargo.* pyproject.toml -type f ! -name '*.so' ! -path '*/__pycache__/*' -exec cksum {} + |
        sort | cksum)
    [ "$(cat "$2/ready" 2>/dev/null)" != "$contents" ] || return 0
    "$1" -m venv --clear --without-pip "$2" &&
        .venv/bin/python -m pip --python "$2/bin/python" install --quiet pip || return
    # One folder of compiled dependencies for all; how fast the extension runs is not asked here.
    export CARGO_TARGET_DIR="$PWD/target/pythons" CARGO_PROFILE_RELEASE_LTO=off
    export CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1
    "$2/bin/python" -m pip install --quiet . || return
    : >"$2/left-out"
    "$2/bin/python" -c 'import tomllib
extras = tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]
print("\n".join(dict.fromkeys(sum(extras.values(), []))))' >"$2/requirements"
    if ! "$2/bin/python" -m pip install --quiet --only-binary :all: --requirement "$2/requirements" 2>/dev/null; then
        while read -r requirement; do
            "$2/bin/python" -m pip install --quiet --only-binary :all: "$requirement" </dev/null 2>/dev/null ||
                echo "$requirement" >>"$2/left-out"
        done <"$2/requirements"
    fi
    echo "$contents" >"$2/ready"
}

# run_tests NAME DIRECTORY [PYTEST ARGUMENT ...]
run_tests() {
    name=$1 environment=$2
    shift 2
    if [ -s "$environment/left-out" ]; then
        echo "$name has no wheel of: $(paste -sd ' ' "$environment/left-out"); these tests import one and are left out:"
        unimportable=$("$environment/bin/python" -m pytest --collect-only -q "$@" | sed -n 's/^ERROR \(tests[^ ]*\).*/\1/p')
        echo "${unimportable:-none}"
        for file in $unimportable; do
            set -- "$@" "--ignore=$file"
        done
    fi
    "$environment/bin/python" -m pytest -q -p no:cacheprovider "$@"
}

summary= failed=0
for version in $PYTHONS; do
    if ! python=$(find_python "$version"); then
        result="missing: no python$version on PATH, in pyenv or in .venv/pythons"
        case $version in
        *t) result="$result (free-threaded)" ;;
        *) result="$result (tools/python.sh $version .venv/pythons/$version)" ;;
        esac
    else
        echo "--- Python $version: $python"
        environment=.venv/pythons/environment-$version
        if ! prepare "$python" "$environment"; then
            result="failed: no environment could be made" failed=1
        elif run_tests "$version" "$environment" "$@"; then
            result="passed: $("$environment/bin/python" -V)"
        else
            result="failed: $("$environment/bin/python" -V)" failed=1
        fi
    fi
    summary="$summary$version $result
"
done
printf '%s' "$summary"
exit "$failed"

#!/bin/sh
# AddressSanitizer over the tests of core and input, and over the extension as Python's own tests drive it: rust/py/src/message.rs
# reads the characters of Python's str objects where they lie. Usage: asan.sh [TEST FILE ...]
#
# A str owns a NUL behind its last character: to read just one too many is for the tests of contents to catch, which do.
#
# RUSTC_BOOTSTRAP lets the stable compiler take its unstable sanitizer flag. An extension module has no runtime of its
# own: the C compiler's is preloaded into Python. PYTHONMALLOC=malloc gives each str an allocation, and so red zones, of
# its own.
set -eu
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- tests/batching/test_sizes.py tests/batching/test_body.py tests/batching/test_policies.py \
    tests/batching/test_inputs.py tests/batching/test_arrow.py tests/batching/test_reading_ahead.py \
    tests/sources/test_text_logs.py

runtime=$(cc -print-file-name=libasan.so)
if [ ! -e "$runtime" ]; then
    echo "missing: libasan, the AddressSanitizer of the C compiler (Debian: it comes with gcc)" >&2
    exit 1
fi

host=$(rustc -vV | sed -n 's/^host: //p')
export RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address CARGO_TARGET_DIR="$PWD/target/asan"
cargo test --quiet --locked --target "$host" --package cordwood-core --package cordwood-input --lib
# An optimized build, to run what users run; a debug build would warn at import besides.
PYO3_PYTHON="$PWD/.venv/bin/python" cargo build --quiet --locked --target "$host" --release --package cordwood-py

package=target/asan/python/cordwood
rm -rf "$package"
mkdir -p "$(dirname "$package")"
cp -r python/cordwood "$package"
suffix=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_config_var("EXT_SUFFIX"))')
cp "target/asan/$host/release/lib_core.so" "$package/_core$suffix"

# Python does not give back all it takes at exit: leaks are not what is looked for. Reports go to files, because pytest
# swallows what a dying process writes.
report=target/asan/report
rm -f "$report".*
# libstdc++ is preloaded too: what throws a C++ exception is looked for once, at the start, and libraries that have Arrow
# columns throw some.
export LD_PRELOAD="$runtime $(cc -print-file-name=libstdc++.so.6)" ASAN_OPTIONS="detect_leaks=0:log_path=$PWD/$report" PYTHONMALLOC=malloc \
    PYTHONPATH="$PWD/target/asan/python"
.venv/bin/python -c 'import cordwood; assert "asan" in cordwood.__file__, cordwood.__file__'
if ! .venv/bin/python -m pytest -q -p no:cacheprovider "$@"; then
    LD_PRELOAD='' cat "$report".* >&2 || true
    exit 1
fi

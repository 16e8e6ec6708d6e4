#!/bin/sh
# Runs every fuzz target for a bounded time, each under AddressSanitizer. Usage: fuzz.sh SECONDS
#
# The flags are those that cargo-fuzz sets; set here, they need no tool to be installed. RUSTC_BOOTSTRAP lets the stable
# compiler take its unstable sanitizer flag.
set -eu
seconds=$1
cd "$(dirname "$0")/../rust/fuzz"

if ! command -v c++ >/dev/null 2>&1; then
    echo "missing: c++, which libFuzzer is compiled with (Debian: apt install g++)" >&2
    exit 1
fi

host=$(rustc -vV | sed -n 's/^host: //p')
export RUSTC_BOOTSTRAP=1
export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares --cfg=fuzzing -Zsanitizer=address -Ccodegen-units=1"
cargo build --release --locked --quiet --target "$host"

for source in fuzz_targets/*.rs; do
    target=$(basename "$source" .rs)
    mkdir -p "corpus/$target" "artifacts/$target"
    log="artifacts/$target.log"
    if ! "target/$host/release/$target" "corpus/$target" -max_total_time="$seconds" -max_len=4096 -timeout=10 \
        -artifact_prefix="artifacts/$target/" >"$log" 2>&1; then
        tail -n 40 "$log" >&2
        echo "fuzz: $target failed; the input is in rust/fuzz/artifacts/$target" >&2
        exit 1
    fi
    echo "fuzz: $target: $(sed -n 's/^Done \([0-9]*\) runs in \([0-9]*\) second.*/\1 inputs in \2 s, no fault/p' "$log")"
done

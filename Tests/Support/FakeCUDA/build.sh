#!/bin/sh
# Builds the fake: build.sh OUTPUT.so [SYMBOL...], the symbols being those that this driver shall lack.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
output=$1
shift
script=$(mktemp)
trap 'rm -f "$script"' EXIT
{
    echo '{ global: cu*; fake_cuda_*;'
    echo '  local:'
    for symbol in "$@"; do echo "    $symbol;"; done
    echo '    *; };'
} >"$script"
exec "${CC:-cc}" -std=gnu17 -O2 -ffp-contract=off -g -Wall -Wextra -Werror -fPIC -fvisibility=default -shared -pthread \
    "-Wl,--version-script=$script" -Wl,-soname,libcuda.so.1 -o "$output" \
    "$here/configuration.c" "$here/driver.c" "$here/memory.c" "$here/kernels.c" "$here/blas.c" -lm

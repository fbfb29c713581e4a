#!/bin/sh
# Builds the fake: build.sh OUTPUT.so [SYMBOL...], the symbols being those that this driver shall lack.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
output=$1
shift
script=$(mktemp)
trap 'rm -f "$script"' EXIT
{
    echo '{ global: nvml*;'
    echo '  local:'
    for symbol in "$@"; do echo "    $symbol;"; done
    echo '    *; };'
} >"$script"
exec "${CC:-cc}" -std=gnu17 -O1 -g -Wall -Wextra -Werror -fPIC -fvisibility=default -shared -pthread \
    "-Wl,--version-script=$script" -Wl,-soname,libnvidia-ml.so.1 "-DFAKE_MODELS=\"$here/models\"" -o "$output" \
    "$here/state.c" "$here/configuration.c" "$here/system.c" "$here/device.c" "$here/links.c" "$here/mig.c" \
    "$here/instances.c" "$here/gpm.c"

#!/bin/bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# A child behind the tap passes every run, as it does without it, and no line of the
# tap's blames it. Usage:
#   transparent_test.sh RUNNER FOLDER-OF-THE-TESTEE CHILD-COMMAND [OPTION...]
runner=$PWD/$1 folder=$PWD/$2 child=$3
shift 3
if python=$(python3 -c 'import os, sys; print(os.path.dirname(sys.executable))'); then
  PATH=$python:$PATH
fi
work=$(mktemp -d) || exit
trap 'rm -rf "$work"' EXIT
mkdir "$work/said"

# Each run's tap has a file for what it says; the testee's own folder stays as it is.
cat > "$work/behind" <<END
#!/bin/sh
cd '$folder' || exit
exec '$runner' tap --form="\$1" --contract -- $child "\$1" 2> "$work/said/\$\$"
END
chmod +x "$work/behind"
cat > "$work/testee.json" <<END
{
  "contract": 1,
  "name": "behind-the-tap",
  "child": {"sync": ["./behind", "sync"], "async": ["./behind", "async"]},
  "max_frame": 16777216,
  "env": {"LC_ALL": "C", "PYTHONDONTWRITEBYTECODE": "1"}
}
END
"$runner" run --strict --watchdog 30s "$@" "$work/testee.json" || exit
runs=$(find "$work/said" -type f | wc -l)
said=$(cat "$work"/said/*)
parents=$(grep -c 'forkrpc-conformance tap: .*: the parent, ' <<<"$said")
echo "$runs taps; the parent, which the runner is, was blamed in $parents"
# What is in error on purpose is seen, so that the silence about the child says something.
if grep 'forkrpc-conformance tap: .*: the child, ' <<<"$said" || ((runs < 100 || parents < 1))
then
  exit 1
fi

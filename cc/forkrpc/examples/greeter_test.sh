#!/usr/bin/env bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
#
# README's programs, its worker with both of its parents: exact output, and what
# a missing worker looks like.

set -euo pipefail
cd cc/forkrpc/examples

diff <(./greeter_parent ./greeter_worker) <(printf 'hello, Ada\nhello, Grace\n')
diff <(./greeter_loop_parent ./greeter_worker) <(printf 'hello, Ada\n')

for parent in ./greeter_parent ./greeter_loop_parent; do
  if error=$($parent ./no-such-worker 2>&1); then
    echo "$parent: a missing worker went unnoticed" >&2
    exit 1
  fi
  [[ $error == *NOT_FOUND*no-such-worker* && $(wc -l <<<"$error") -eq 1 ]] || {
    echo "$parent: not one clear line: $error" >&2
    exit 1
  }
done

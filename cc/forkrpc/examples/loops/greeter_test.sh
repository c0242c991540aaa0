#!/usr/bin/env bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
#
# A program with a worker in its own loop: exact output, its end, and what a
# worker that cannot be started, or that dies, looks like.
# usage: greeter_test.sh PROGRAM

set -euo pipefail
program=$PWD/$1
cd cc/forkrpc/examples

diff <("$program" ./greeter_worker) <(printf 'hello, Ada\nhello, Grace\n')

for worker in ./no-such-worker /bin/false; do
  if error=$("$program" $worker 2>&1); then
    echo "$worker: nothing was noticed" >&2
    exit 1
  fi
  [[ $error == *"${worker##*/}"* && $(wc -l <<<"$error") -eq 1 ]] || {
    echo "$worker: not one clear line: $error" >&2
    exit 1
  }
done

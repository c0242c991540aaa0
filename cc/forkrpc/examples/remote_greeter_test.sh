#!/usr/bin/env bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
#
# The remote example over a command that only carries input and output, as ssh
# does, and over one that fails.

set -euo pipefail
cd cc/forkrpc/examples

diff <(./remote_greeter sh -c 'cat | ./greeter_worker | cat') \
  <(printf 'hello, Ada\nhello, Grace\n')

if error=$(./remote_greeter sh -c 'echo no route >&2; exit 255' 2>&1); then
  echo "a command that fails went unnoticed" >&2
  exit 1
fi
[[ $error == *UNAVAILABLE*'exited with status 255'*'no route'* ]] || {
  echo "not said what went wrong: $error" >&2
  exit 1
}

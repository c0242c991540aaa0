#!/bin/bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# The registry has each bug that the programs offer, and no other.
cd conformance/mutants || exit 1
status=0
for role in child parent; do
  offered=$(
    ./mutate --list $role | sed "s|^|cc/$role/|"
    python3 python/mutate.py --list $role | sed "s|^|python/$role/|")
  registered=$(sed -n "s|^  id: \"\([a-z]*/$role/.*\)\"|\1|p" registry.textproto)
  difference=$(diff <(sort <<<"$offered") <(sort <<<"$registered"))
  if [ -n "$difference" ]; then
    echo "< is offered and not registered, > the other way round:"
    echo "$difference"
    status=1
  fi
done
# A mutant that does not exist must not look like one that died.
FORKRPC_MUTANT=no-such ./mutate child sync true </dev/null
[ $? = 89 ] || { echo "mutate takes any name"; status=1; }
FORKRPC_MUTANT=no-such python3 python/mutate.py child sync </dev/null
[ $? = 89 ] || { echo "mutate.py takes any name"; status=1; }
exit $status

#!/bin/bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# What is amiss with mutants is told, and the exit status says so.
folder=$PWD/conformance/mutants
registry=$TEST_TMPDIR/registry.textproto
matrix=$TEST_TMPDIR/kill_matrix.tsv
status=0

# mutant OPERATOR KILLER-OR-REASON: one mutant of a C++ child.
mutant() {
  cat <<END
testee { name: "cc" manifest: "${manifest:-$folder/cc.json}" }
mutant {
  id: "cc/child/$1" testee: "cc" role: CHILD forms: SYNC operator: "$1"
  requirements: "FR-ORD-005" description: "made up" $2
}
END
}

# expect STATUS TEXT OPTION...: what the command says of the registry.
expect() {
  local wanted=$1 text=$2 said
  shift 2
  said=$(conformance/runner/forkrpc-conformance mutants --registry "$registry" \
    --out "" "$@" 2>&1)
  local got=$?
  if [ $got != "$wanted" ] || [[ $said != *"$text"* ]]; then
    echo "expected status $wanted and \"$text\", got $got:"
    echo "$said"
    status=1
  fi
}

killer() { echo "killer { case: \"$1\" verdict: $2 requirement: \"$3\" }"; }

mutant answers-twice "$(killer child/answers-once FAIL FR-ORD-005)" > "$registry"
expect 0 "all                         1" --sample 1 --write "$matrix"
expect 0 "" --sample 1 --check "$matrix"

# The other verdict; a mutant that lives, as id 1 is right in the sync form;
# one that is said to.
mutant answers-twice "$(killer child/answers-once HANG FR-ORD-005)" > "$registry"
expect 1 "cc/child/answers-twice:sync: wrong death: no HANG by child/answers-once"
mutant exits-with-1 'equivalent_because: "made up"' > "$registry"
expect 1 "it is not equivalent" --sample 1
mutant answers-id-1 "$(killer child/answers-once FAIL FR-ORD-005)" \
  > "$registry"
expect 1 "cc/child/answers-id-1:sync: survived" --sample 1
mutant answers-id-1 'equivalent_because: "made up"' > "$registry"
expect 0 "1           " --sample 1

# A mutant that there is not: the program ends with 89 and is no kill.
mutant no-such "$(killer child/answers-once FAIL FR-ORD-005)" > "$registry"
expect 1 "no FAIL by child/answers-once" --sample 1

# A whole run asks of every case what it killed.
mutant answers-twice "$(killer child/answers-once FAIL FR-ORD-005)" > "$registry"
expect 1 "case child/echo: kills no mutant of what it is about"

# A matrix that has another mutant, and not this one.
mutant doubles-events "$(killer child/answers-once FAIL FR-ORD-005)" > "$registry"
expect 1 "which is not registered" --sample 1 --check "$matrix"

# A testee that is wrong without a mutant proves nothing.
sed 's|"../testees/cc/child", "sync"|"true"|' "$folder/cc.json" \
  > "$TEST_TMPDIR/wrong.json"
cp "$folder/mutate" "$TEST_TMPDIR/mutate"
sed -i "s|\"\\./mutate\"|\"$TEST_TMPDIR/mutate\"|" "$TEST_TMPDIR/wrong.json"
manifest=$TEST_TMPDIR/wrong.json mutant answers-twice \
  "$(killer child/answers-once FAIL FR-ORD-005)" > "$registry"
expect 3 "cc without a mutant" --sample 1

# Registries that cannot be right.
mutant answers-twice "$(killer child/answers-once FAIL FR-SID-003)" > "$registry"
expect 2 "which is not among its requirements"
mutant answers-twice "$(killer child/echo FAIL FR-ORD-005)" > "$registry"
expect 2 "no case that matches child/echo cites FR-ORD-005"
mutant answers-twice "" > "$registry"
expect 2 "either killers or a reason"
exit $status

#!/bin/bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# A testee that serves many sessions gets the verdicts that it gets with a process for
# each run, and there is no difference to be said. Usage:
#   same_verdicts_test.sh RUNNER [OPTION...] TESTEE.json
runner=$1
shift
folder=$(mktemp -d) || exit
trap 'rm -rf "$folder"' EXIT
if python=$(python3 -c 'import os, sys; print(os.path.dirname(sys.executable))'); then
  PATH=$python:$PATH
fi
"$runner" run --watchdog 30s --json "$folder/many.json" "$@" &&
  "$runner" run --watchdog 30s --json "$folder/one.json" --fresh "$@" || exit
python3 - "$folder/one.json" "$folder/many.json" <<'END'
import json
import sys


def read(path):
  with open(path, encoding="utf-8") as file:
    return json.load(file)["testees"][0]["classes"]


def verdicts(classes):
  return {(each["role"], each["form"], run["id"]): run["verdict"]
          for each in classes for run in each["runs"]}


one, many = read(sys.argv[1]), read(sys.argv[2])
alone, among_many = verdicts(one), verdicts(many)
wrong = 0
for run in alone.keys() | among_many.keys():
  if alone.get(run) != among_many.get(run):
    print("alone", alone.get(run), "among many", among_many.get(run), *run)
    wrong += 1
for each in many:
  for difference in each["differences"]:
    print("difference:", difference["run"], difference["reason"])
    wrong += 1
shared = sum(each["shared_runs"] for each in many)
processes = sum(each["shared_processes"] for each in many)
total = len(among_many)
print(f"{total} runs, {shared} of them in {processes} processes, {wrong} differences")
# Nothing is shown by what is not shared.
sys.exit(wrong > 0 or shared < total / 2 or
         any(each["shared_processes"] for each in one))
END

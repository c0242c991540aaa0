# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Which cases find their bug only sometimes: each against its mutant, many times.

  bazel run --config=opt //conformance/mutants:steady -- [--times 20] [--all]
      [--filter GLOB] [--busy 6] [--out FILE]

A case is copied --times times and the copies are run, in one run of the suite,
over the default transport and in whole chunks, or where the registry says. Without --all a mutant meets the
case that the registry expects to kill it; with it, each case that the kill matrix
has for it. --busy has that many busy loops beside it. A mutant that hangs costs
the watchdog's time at each repetition, so one that the first repetition hangs is
repeated --hangs times only. The exit status is 1 if a repetition missed its bug.
"""

import argparse
import collections
import fnmatch
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

_BANK = pathlib.Path("conformance/mutants")
_RUNNER = pathlib.Path("conformance/runner/forkrpc-conformance")
_CASES = pathlib.Path("conformance/cases")

Kill = collections.namedtuple("Kill", "mutant testee operator forms case runs")


def registered(text):
  """{id: Kill} of a registry's text; `case` is the expected killer."""
  kills = {}
  for block in re.split(r"^mutant \{$", text, flags=re.M)[1:]:
    def all_of(key, block=block):
      return re.findall(rf'^ +{key}: "?([^"\n]*)"?$', block, re.M)
    name = all_of("id")[0]
    kills[name] = Kill(name, all_of("testee")[0], all_of("operator")[0],
                       all_of("forms"), (all_of("case") or [""])[0], "")
  return kills


def chosen(kills, matrix, everything, pattern):
  """The Kills to be repeated, in the registry's order."""
  cases = collections.defaultdict(list)
  for line in matrix.splitlines():
    fields = line.split("\t")
    if fields[1:2] == ["killed"]:
      cases[fields[0]].append(fields[2])
  result = []
  for name, kill in kills.items():
    wanted, _, runs = kill.case.partition(":")
    for case in cases[name] if fnmatch.fnmatch(name, pattern) else []:
      if everything or fnmatch.fnmatch(case, wanted):
        result.append(kill._replace(case=case, runs=f"*:{runs or '*sync'}"))
  return result


def copy_case(text, case, number, folder):
  """Writes the case's text below `folder` under an id of its own."""
  copy = f"{case}-copy-{number}"
  text = re.sub(r'^id: .*$', f'id: "{copy}"', text, flags=re.M)
  text = re.sub(r'^twin: .*\n', "", text, flags=re.M)
  path = folder / f"{copy}.textproto"
  path.parent.mkdir(parents=True, exist_ok=True)
  path.write_text(text)


def verdicts(kill, times):
  """The verdict of each repetition in each of the mutant's forms."""
  with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    text = (_CASES / f"{kill.case}.textproto").read_text()
    for number in range(times):
      copy_case(text, kill.case, number, folder / "cases")
    command = [str(_RUNNER), "run", "--cases", str(folder / "cases"),
               "--filter", kill.runs, "--most_hangs", "0",
               "--json", str(folder / "report.json"),
               str(_BANK / f"{kill.testee}.json")]
    for form in ("SYNC", "ASYNC"):
      if kill.forms == [form]:
        command[2:2] = ["--form", form.lower()]
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          env={**os.environ, "FORKRPC_MUTANT": kill.operator})
    try:
      report = json.loads((folder / "report.json").read_text())
    except OSError:
      sys.exit(f"{kill.mutant}: {done.stderr}{done.stdout}")
  return [run["verdict"] for run in runs_of(report)]


def runs_of(message):
  """All messages with a verdict in the report."""
  if isinstance(message, list):
    for each in message:
      yield from runs_of(each)
  elif isinstance(message, dict):
    if "verdict" in message and "seconds" in message:
      yield message
    for each in message.values():
      yield from runs_of(each)


def repeat(kill, times, hangs):
  """(repetitions that found the bug, repetitions), in all forms together."""
  all_verdicts = verdicts(kill, 1)
  if not all_verdicts:  # it has other runs only
    kill = kill._replace(runs="*")
    all_verdicts = verdicts(kill, 1)
  more = hangs if "HANG" in all_verdicts else times
  if more > 1:
    all_verdicts += verdicts(kill, more - 1)
  found = sum(each in ("FAIL", "CRASH", "HANG") for each in all_verdicts)
  return found, len(all_verdicts)


def main(argv):
  parser = argparse.ArgumentParser()
  parser.add_argument("--times", type=int, default=20)
  parser.add_argument("--hangs", type=int, default=3)
  parser.add_argument("--all", action="store_true")
  parser.add_argument("--filter", default="*")
  parser.add_argument("--busy", type=int, default=0)
  parser.add_argument("--out")
  options = parser.parse_args(argv)
  out = open(options.out, "w") if options.out else None
  loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"])
           for _ in range(options.busy)]
  missed = total = 0
  try:
    for kill in chosen(registered((_BANK / "registry.textproto").read_text()),
                       (_BANK / "kill_matrix.tsv").read_text(), options.all,
                       options.filter):
      found, times = repeat(kill, options.times, options.hangs)
      total += 1
      missed += found < times
      line = f"{kill.mutant}\t{kill.case}\t{found}\t{times}"
      if out:
        print(line, file=out, flush=True)
      if found < times:
        print(f"{kill.mutant}  {kill.case}  found in {found} of {times}",
              flush=True)
  finally:
    for loop in loops:
      loop.kill()
      loop.wait()
  print(f"{total} kills repeated, {missed} of them not steady")
  return 1 if missed else 0


if __name__ == "__main__":
  sys.exit(main(sys.argv[1:]))

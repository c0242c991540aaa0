# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Runs the variants of a Promela model through Spin and judges what it found.

A table (spec/model/variants.txt) has one variant a line:

  GROUP NAME MODEL DEFINES... : EXPECTED

GROUP is what a test runs. EXPECTED is one of
  holds               the whole state space without an error
  breaks PROPERTY     a counterexample to this property and no other
  breach FR-XXX-NNN   a counterexample in which an endpoint breaks this clause
  loops               a run without end
The define NO_LOOP is for the runner: it looks for a run without end besides the
properties. A line `never TEXT` names a printf of the model that no variant that
holds has to reach. In a group whose variants hold, every other printf of the model
must be reached by at least one of them.

usage: spin.py [--keep=FOLDER] [--trail] TABLE GROUP FILES...
FILES are all files of the models. With --keep the folders of the variants stay
and pan and its trail can be used again; --trail prints each counterexample.
Exit status: 0 all as expected, 1 not so (one line each says what), 2 no Spin.
"""

import argparse
import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

# The stack's depth in steps: a run that reaches it is not exhaustive and fails.
_DEPTH = 200_000
# MiB for the states; pan gives up beyond, which fails the run.
_MEMORY = 1500
_ROW = "{:<27} {:>8} {:>11} {:>6} {:>4} {:>7} {:>6}  {}"
# "parent-async: OPEN SEND_END to CLOSING FR-CLS-001"
_TRANSITION = re.compile(r"[a-z-]+: [A-Z_]+ [A-Z_]+ ")


class RunError(Exception):
  """A variant could not be run at all."""


@dataclasses.dataclass
class Variant:
  """One line of the table."""
  group: str
  name: str
  model: str
  defines: list
  expected: str


@dataclasses.dataclass
class Result:
  """What Spin found: figures, the error if any, and what was not reached."""
  states: int
  transitions: int
  depth: int
  mebibytes: float
  build_seconds: float
  run_seconds: float
  complete: bool
  error: str  # "" none, "loops", "breach FR-..." or "breaks PROPERTY"
  trail: str
  all_texts: dict  # text of a printf -> how often it stands in the model
  unreached: dict


def read_table(text):
  """The variants of the table and the texts that need not be reached."""
  variants, never = [], []
  for line in text.splitlines():
    line = line.partition("#")[0].strip()
    if line.startswith("never "):
      never.append(line[len("never "):].strip())
    elif line:
      left, colon, expected = line.partition(" : ")
      words = left.split()
      if not colon or len(words) < 3:
        raise RunError(f"table: expected GROUP NAME MODEL ... : EXPECTED: {line}")
      variants.append(Variant(*words[:3], words[3:], expected.strip()))
  return variants, never


def _run(command, folder):
  process = subprocess.run(command, cwd=folder, capture_output=True, text=True,
                           errors="replace", check=False)
  return process.stdout + process.stderr


def _number(pattern, text):
  match = re.search(pattern, text)
  return float(match.group(1)) if match else 0


def _count(texts):
  counts = {}
  for text in texts:
    text = text.strip()
    counts[text] = counts.get(text, 0) + 1
  return counts


def _error(output, trail):
  """What kind of counterexample this is, in the words of the table."""
  if "errors: 0" in output:
    return ""
  if "non-progress cycle" in output or "acceptance cycle" in output:
    return "loops"
  property_name = re.search(r"text of failed assertion: assert\(\((\w+)==0\)\)",
                            trail)
  if not property_name:
    return "an error that is no property: " + " ".join(
        re.findall(r"^pan:\d+: (.*)", output, re.MULTILINE))
  if property_name.group(1) != "breach":
    return "breaks " + property_name.group(1)
  return "breach " + re.findall(r" breaks ((?:FR-\S+ ?)+)", trail)[-1].strip()


def run(variant, files, folder):
  """Builds and runs the verifier of one variant in `folder`."""
  for file in files:
    shutil.copy(file, folder)
  flags = ["-D" + define for define in variant.defines]
  model = variant.model + ".pml"
  # Unmerged statements (-o3), so that pan can tell which it never reached.
  said = _run(["spin", "-o3", "-a", *flags, model], folder)
  if not (folder / "pan.c").exists() or "Error" in said:
    raise RunError(f"{variant.name}: spin: {said}")
  loops = variant.expected == "loops" or "NO_LOOP" in variant.defines
  mode = ["-DNP"] if loops else ["-DSAFETY"]
  started = time.monotonic()
  said = _run(["gcc", "-O0", "-w",
               *mode, "-DNOREDUCE", f"-DMEMLIM={_MEMORY}", "-o", "pan",
               "pan.c"], folder)
  built = time.monotonic()
  if not (folder / "pan").exists():
    raise RunError(f"{variant.name}: gcc: {said}")
  output = _run(["./pan", f"-m{_DEPTH}", "-w22", *(["-l"] if loops else [])],
                folder)
  ended = time.monotonic()
  if "State-vector" not in output:
    raise RunError(f"{variant.name}: pan: {output}")
  trail = ""
  if (folder / (model + ".trail")).exists():
    trail = _run(["spin", "-t", "-T", *flags, model], folder)
  printed = re.compile(r"\"printf\('(.*?)(?:\\+n)?'")
  generated = (folder / "pan.t").read_text(errors="replace")
  return Result(
      int(_number(r"(\d+) states, stored", output)),
      int(_number(r"(\d+) transitions", output)),
      int(_number(r"depth reached (\d+)", output)),
      _number(r"([\d.]+)\s+total actual memory usage", output),
      built - started, ended - built,
      not re.search(r"max search depth too small|out of memory|not completed",
                    output.replace("Warning: Search not completed", "")),
      _error(output, trail), trail, _count(printed.findall(generated)),
      _count(printed.findall(output)))


def story(trail):
  """The steps of a counterexample, without the values of all variables."""
  lines = trail.partition("#processes")[0].splitlines()
  lines = [line for line in lines
           if not line.startswith(("spin: trail ends", "spin: warning"))]
  # A transition belongs to the step above it.
  return "\n".join(("      " if _TRANSITION.match(line) else "  ") + line
                   for line in lines)


def complaint(variant, result):
  """What is wrong with the result, "" if it is as expected."""
  expected = "" if variant.expected == "holds" else variant.expected
  if not result.complete:
    return "the search was cut short: depth or memory"
  if expected.startswith("breach ") and result.error.startswith("breach "):
    if expected.split()[1] in result.error.split():
      return ""
  if result.error != expected:
    return (f"expected {variant.expected!r}, Spin found "
            f"{result.error or 'no counterexample'!r}")
  return ""


def unreached_by_all(results):
  """The printf texts that none of the runs reached."""
  reached, known = set(), set()
  for result in results:
    known |= result.all_texts.keys()
    reached |= {text for text, count in result.all_texts.items()
                if result.unreached.get(text, 0) < count}
  return sorted(known - reached)


def run_group(table, group, files, keep=None, show_trails=False):
  """Runs the variants of `group`, prints a row each; the complaints."""
  variants, never = read_table(table)
  variants = [v for v in variants if v.group == group]
  if not variants:
    raise RunError(f"table: no group {group!r}")
  print(_ROW.format("variant", "states", "transitions", "depth", "MiB",
                    "build s", "run s", "found"))
  complaints, results = [], []
  for variant in variants:
    with tempfile.TemporaryDirectory() as temporary:
      folder = pathlib.Path(keep or temporary) / variant.name
      folder.mkdir(parents=True, exist_ok=True)
      result = run(variant, files, folder)
    results.append(result)
    print(_ROW.format(variant.name, result.states, result.transitions,
                      result.depth, f"{result.mebibytes:.0f}",
                      f"{result.build_seconds:.1f}",
                      f"{result.run_seconds:.1f}", result.error or "holds"),
          flush=True)
    wrong = complaint(variant, result)
    if wrong:
      complaints.append(f"{variant.name}: {wrong}")
    if show_trails or wrong:
      print(story(result.trail))
  if all(v.expected == "holds" for v in variants):
    missed = [text for text in unreached_by_all(results)
              if not any(pattern in text for pattern in never)
              and " breaks FR-" not in text and "no transition for" not in text]
    complaints += [f"never reached: {text}" for text in missed]
  return complaints


def main():
  parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
  parser.add_argument("--keep", help="the folder where the verifiers stay")
  parser.add_argument("--trail", action="store_true")
  parser.add_argument("table")
  parser.add_argument("group")
  parser.add_argument("files", nargs="+")
  arguments = parser.parse_args()
  if not shutil.which("spin") or not shutil.which("gcc"):
    print("spin or gcc is missing: run tools/setup", file=sys.stderr)
    return 2
  files = [os.path.abspath(file) for file in arguments.files]
  table = pathlib.Path(arguments.table).read_text(encoding="utf-8")
  try:
    complaints = run_group(table, arguments.group, files, arguments.keep,
                           arguments.trail)
  except RunError as error:
    complaints = [str(error)]
  for line in complaints:
    print(line)
  return 1 if complaints else 0


if __name__ == "__main__":
  sys.exit(main())

# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Writes the generated files that are checked in because people read them.

  bazel run //tools/spec:update               writes what is stale
  bazel run //tools/spec:update -- --check    names what is stale

Exit status: 0 all is fresh (or written), 1 something is stale, 2 a source is
wrong.

To generate another file, write `make(root)`, add a Generator to generators()
and its module to the deps of :update_lib; `root` is the folder that holds
spec/, and what make() reads must be in //spec:sources.
"""

import argparse
import os
import pathlib
import sys
from typing import Callable, Mapping, NamedTuple, Union

import examples_page
import launchers_page
import machine_tables
import requirements_page
import textproto
import vectors

COMMAND = "bazel run //tools/spec:update"

Content = Union[str, bytes]


class Generator(NamedTuple):
  """What makes one file, or all files that match a pattern.

  `path` is relative to the root. Without a wildcard, make(root) returns the
  content of that file; with one, a mapping of paths to contents, and a file
  that matches the pattern but is not in the mapping is stale. Each matches one
  generator only.
  """
  path: str
  make: Callable[[pathlib.Path], Union[Content, Mapping[str, Content]]]

  @property
  def is_pattern(self):
    return "*" in self.path


def generators():
  """Every generator of the project."""
  return [
      Generator("spec/examples.md", examples_page.make),
      Generator("spec/launchers.md", launchers_page.make),
      Generator("spec/machines.md", machine_tables.make),
      Generator("spec/requirements.md", requirements_page.make),
      Generator("spec/vectors/*.tsv", vectors.tables),
      Generator("spec/vectors/bin/*.bin", vectors.all_binaries),
  ]


def wanted(generator, root):
  """The octets that each file of the generator should have, by its path."""
  made = generator.make(root)
  files = dict(made) if generator.is_pattern else {generator.path: made}
  for path in files:
    if not pathlib.PurePath(path).match(generator.path):
      raise ValueError(f"{path} does not match {generator.path}")
  return {path: content.encode() if isinstance(content, str) else content
          for path, content in files.items()}


def stale(generator, root):
  """The files that differ: path to octets, or to None for one too many."""
  files = wanted(generator, root)
  found = {path for path, content in files.items()
           if not (root / path).is_file() or
           (root / path).read_bytes() != content}
  left = {str(path.relative_to(root)) for path in root.glob(generator.path)}
  return {**{path: files[path] for path in sorted(found)},
          **{path: None for path in sorted(left - set(files))}}


def check(root, all_generators):
  """One complaint for each stale file."""
  complaints = []
  for generator in all_generators:
    for path, content in stale(generator, root).items():
      what = "is stale" if (root / path).is_file() else "is missing"
      if content is None:
        what = "is left over"
      complaints.append(f"{path} {what}; to refresh it: {COMMAND}")
  return complaints


def write(root, all_generators):
  """Makes every file fresh; returns what was done, one line a file."""
  done = []
  for generator in all_generators:
    for path, content in stale(generator, root).items():
      if content is None:
        (root / path).unlink()
        done.append(f"removed {path}")
        continue
      (root / path).parent.mkdir(parents=True, exist_ok=True)
      (root / path).write_bytes(content)
      done.append(f"wrote {path}")
  return done


def main(argv):
  parser = argparse.ArgumentParser(prog=COMMAND)
  parser.add_argument("--check", action="store_true",
                      help="write nothing, name what is stale")
  options = parser.parse_args(argv)
  # `bazel run` says where the checkout is; a test sees its own copy.
  root = pathlib.Path(os.environ.get("BUILD_WORKSPACE_DIRECTORY",
                                     textproto.ROOT))
  try:
    lines = (check if options.check else write)(root, generators())
  except ValueError as error:
    print(f"update: {error}", file=sys.stderr)
    return 2
  for line in lines:
    print(line)
  return 1 if options.check and lines else 0


if __name__ == "__main__":
  sys.exit(main(sys.argv[1:]))

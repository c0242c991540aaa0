# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""No group of variants.txt is without its test, and no variant untold.

BUILD.bazel names every group. README.md has a row with the defines of each run
that holds, and names each defect; a variant that ends in -judged goes with the one
without.

usage: groups_test.py TABLE README GROUPS...
"""

import pathlib
import sys

import spin


def main():
  table, readme, *tested = sys.argv[1:]
  variants, _ = spin.read_table(pathlib.Path(table).read_text(encoding="utf-8"))
  text = pathlib.Path(readme).read_text(encoding="utf-8")
  complaints = [
      f"{group}: stands in one of BUILD.bazel and variants.txt only"
      for group in {variant.group for variant in variants} ^ set(tested)
  ]
  for variant in variants:
    told = f"`{variant.name.removesuffix('-judged')}`"
    if variant.expected == "holds":
      told += f" | {' '.join([variant.model, *variant.defines])} |"
    if told not in text:
      complaints.append(f"README.md: no {told}")
  print(*sorted(complaints), sep="\n")
  return 1 if complaints else 0


if __name__ == "__main__":
  sys.exit(main())

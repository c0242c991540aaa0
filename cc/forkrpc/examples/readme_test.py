# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""README's programs are the ones that compile, and as short as it says.

usage: readme_test.py README FOLDER
"""

import pathlib
import re
import sys

PROGRAMS = {
    "greeter_loop_parent.cc": 26,
    "greeter_parent.cc": 25,
    "greeter_worker.cc": 8,
}


def main(readme, folder):
  blocks = re.findall(r"```cpp\n(.*?)```", pathlib.Path(readme).read_text(),
                      re.DOTALL)
  errors = []
  for name, most_lines in PROGRAMS.items():
    code = (pathlib.Path(folder) / name).read_text()
    if code not in blocks:
      errors.append(f"README does not show {name} as it is")
    if len(code.splitlines()) > most_lines:
      errors.append(f"{name} has more than {most_lines} lines")
  return "\n".join(errors) or None


if __name__ == "__main__":
  sys.exit(main(*sys.argv[1:]))

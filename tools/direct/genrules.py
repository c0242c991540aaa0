# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""A genrule's command as a shell can run it in the checkout."""

import os
import re

from tools.direct import build_files

_PLACE = re.compile(r'\$\((?:location|locations|execpath|execpaths) ([^)]+)\)|\$([@<$])')


def command(rule, files, tools, out):
  """The command with paths for its places; `tools` has those of programs."""

  def paths(label):
    if label in tools:
      return tools[label]
    return ' '.join(files.files(label))

  def place(match):
    label, sign = match.groups()
    if label is not None:
      return paths(build_files.whole_label(label, rule.package))
    if sign == '<':
      return ' '.join(paths(s) for s in rule.list('srcs'))
    return out if sign == '@' else '$'

  return _PLACE.sub(place, rule.attrs['cmd'])


def write_if_changed(path, text):
  """So that what is made of it stays fresh."""
  os.makedirs(os.path.dirname(path), exist_ok=True)
  if os.path.exists(path):
    with open(path, encoding='utf-8') as file:
      if file.read() == text:
        return
  with open(path, 'w', encoding='utf-8') as file:
    file.write(text)


def copy_if_changed(source, path):
  with open(source, encoding='utf-8') as file:
    write_if_changed(path, file.read())

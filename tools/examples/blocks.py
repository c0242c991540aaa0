# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Finds the examples of README and of public headers, and makes programs of them.

An example is a ```cpp block of README.md, or an indented block of the comment at
the head of a header (`//` and three blanks or more; a numbered list is none).
What a reader copies must be complete, so the wrapper is fixed and small:

* An example with a `main` of its own that includes the header that it is from
  (in README: anything) is a program as it stands.
* Any other is preceded by the includes of HEAD, and by the header that it is
  from. Includes that it begins with stay at the top. Without a `main` it is the
  body of a function that returns absl::Status, which a `main` calls.

    for example in examples_of_header('forkrpc/pool/worker_pool.h', text):
      source, includes = program(example)
"""

import dataclasses
import re

# The headers that an example may leave out: the most common ones.
HEAD = (
    '<fcntl.h>', '<signal.h>', '<unistd.h>', '<cerrno>', '<cstdint>',
    '<functional>', '<iostream>', '<memory>', '<optional>', '<string>', '<utility>',
    '<vector>', '"absl/status/status.h"', '"absl/status/statusor.h"',
    '"absl/strings/str_cat.h"', '"absl/strings/string_view.h"',
    '"absl/time/time.h"', '"absl/types/span.h"', '"forkrpc/base/clock.h"',
    '"forkrpc/client/worker.h"', '"forkrpc/event_loop/libuv_loop.h"',
)
BODY = '''
int main() {
  const absl::Status status = []() -> absl::Status {
%s
    return absl::OkStatus();
  }();
  if (!status.ok()) std::cerr << status << "\\n";
  return status.ok() ? 0 : 1;
}
'''

_FENCED = re.compile(r'^```cpp\n(.*?)^```$', re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r'^//   +\S')
_LIST = re.compile(r'^\d+\. ')
_MAIN = re.compile(r'^int main\(', re.MULTILINE)
_INCLUDE = re.compile(r'^#include (["<][^">]+[">])$', re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Example:
  """One block: where it stands, its text, and the header that it is of."""
  name: str  # README.md#1, forkrpc/pool/worker_pool.h#1
  text: str
  header: str = ''  # '' in README

  @property
  def is_program(self):
    return bool(_MAIN.search(self.text))

  @property
  def is_worker(self):
    """Whether it is a program that a parent starts."""
    return self.is_program and bool(
        re.search(r'WorkerMain\(|TakeStdioTransport\(', self.text))

  @property
  def prints(self):
    return 'std::cout' in self.text


def examples_of_readme(text):
  return [Example(f'README.md#{i}', block)
          for i, block in enumerate(_FENCED.findall(text), 1)]


def _head_comment(text):
  """The lines of the comments before the first line of code."""
  lines = []
  for line in text.splitlines():
    if line and not line.startswith('//'):
      break
    lines.append(line)
  return lines


def examples_of_header(header, text):
  """The examples at the head of a header, which is included by that name."""
  blocks, block, before = [], [], ''
  for line in [*_head_comment(text), '']:
    # The second line of an item of a list is indented, too, but follows text.
    if _INDENTED.match(line) and (block or before == '//' or
                                  before.endswith(':')):
      block.append(line[len('//   '):])
    elif line == '//' and block:
      block.append('')
    elif block:
      blocks.append(block)
      block = []
    before = line
  code = ['\n'.join(b).rstrip() + '\n' for b in blocks]
  return [Example(f'{header}#{i}', block, header) for i, block in
          enumerate((b for b in code if not _LIST.match(b)), 1)]


def program(example):
  """The source of a program, and what it includes, as written."""
  own = _INCLUDE.findall(example.text)
  if example.is_program and own and (
      not example.header or f'"{example.header}"' in own):
    return example.text, own
  rest = _INCLUDE.sub('', example.text).strip('\n')
  includes = [*HEAD, *own, *([f'"{example.header}"'] if example.header else [])]
  includes = sorted(set(includes), key=lambda name: (name[0] != '<', name))
  source = ''.join(f'#include {name}\n' for name in includes)
  source += f'\n{rest}\n' if example.is_program else BODY % rest
  return source, includes

# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""A small checkout in which everything fits, for tests to break.

  checkout = fixture.Checkout(self)
  checkout.edit("cc/a.cc", "FR-FRM-001", "FR-FRM-002")
  self.assertEqual(checkout.problems(), [...])
"""

import pathlib
import re
import tempfile
import unittest

from tools.trace import records
from tools.trace import rules
from tools.trace import tree


def sentence(name, text):
  return f'- <a id="{name}"></a>**[{name}]** {text}\n'


def record(name, testability, original="CONFORMS", more=""):
  return (f'requirements {{\n  id: "{name}"\n  roles: PARENT\n  forms: SYNC\n'
          f'  testability: {testability}\n  how: "It shows."\n'
          f'  rationale: "It has to."\n  original: {original}\n{more}}}\n')


WIRE = ("# Wire\n\nMUST is as in RFC 8174.\n\n## Frames\n\n" +
        sentence("FR-FRM-001", "A parent MUST send it.") +
        sentence("FR-FRM-002", "A parent SHOULD hurry.") +
        sentence("FR-FRM-003", "A parent MAY rest.") +
        "\n```hex vector=hi\n> 00 02\n> 68 69  # hi\n< end\n```\n")
SERIALISERS = ("# Serialisers\n\n## Raw\n\n" +
               sentence("FR-SER-001", "An encoder MUST keep it.") +
               "\n```hex vector=value\n61 61\n```\n")
RECORDS = ('# Head.\n\nversion: "1.0"\n\n' + record("FR-FRM-001", "CASE") +
           record("FR-FRM-002", "TEST", "DIFFERS") +
           record("FR-FRM-003", "REVIEW") + "\n# Serialisers.\n" +
           record("FR-SER-001", "VECTOR"))
VECTORS = """{"vectors": [
  {"id": "hi", "requirements": ["FR-FRM-001"],
   "steps": [{"from": "parent", "hex": "0002"},
             {"from": "parent", "hex": "6869"},
             {"from": "child", "end": true}]},
  {"id": "value", "requirements": ["FR-SER-001"],
   "parts": [{"repeat": "61", "count": 2}]}
]}
"""
MACHINES = """machines {
  name: "parent-sync"
  states { name: "OPEN" owes_reqs: "FR-FRM-002" }
  transitions { from: "OPEN" event: SEND_REQUEST to: "OPEN" reqs: "FR-FRM-001" }
}
"""
FILES = {
    "spec/wire.md": WIRE,
    "spec/serialisers.md": SERIALISERS,
    "spec/security.md": "# Security\n\nSee [it](wire.md#FR-FRM-001).\n",
    "spec/vectors/all.json": VECTORS,
    "spec/machines.textproto": MACHINES,
    "conformance/cases/child/a.textproto":
        'id: "child/a"\nreqs: "FR-FRM-001" role: PARENT forms: SYNC\n'
        'steps { req: "FR-FRM-003" }\n',
    "cc/a.cc":
        "//= spec/wire.md#FR-FRM-001\n//= spec/serialisers.md#FR-SER-001\n",
    "cc/a_test.cc": "//= spec/wire.md#FR-FRM-002\n",
    "conformance/runner/r.cc": 'Break("FR-FRM-001");\n',
}


class Checkout:
  """A folder that a test may change; it goes when the test ends."""

  def __init__(self, test):
    folder = tempfile.TemporaryDirectory()
    test.addCleanup(folder.cleanup)
    self.root = pathlib.Path(folder.name)
    for path, text in FILES.items():
      self.write(path, text)
    self.write(records.FILE, RECORDS)
    self.update()

  def read(self, path):
    return (self.root / path).read_text(encoding="utf-8")

  def write(self, path, text):
    (self.root / path).parent.mkdir(parents=True, exist_ok=True)
    (self.root / path).write_text(text, encoding="utf-8")

  def edit(self, path, old, new):
    """Replaces the first place; fails if there is none."""
    text = self.read(path)
    if old not in text:
      raise AssertionError(f"{path} has no {old!r}")
    self.write(path, text.replace(old, new, 1))

  def update(self):
    """What `update` does."""
    sentences = tree.read(self.root).sentences
    self.write(records.FILE,
               records.updated(self.read(records.FILE), sentences))

  def release(self, version=None):
    """What `release` does, after a change of the version."""
    if version:
      old = records.parse(self.read(records.FILE)).version
      self.edit(records.FILE, f'version: "{old}"', f'version: "{version}"')
      self.update()
    self.write(records.FILE,
               records.released(self.read(records.FILE), "2026-11-23"))

  def problems(self):
    return rules.check(tree.read(self.root))


class RulesCase(unittest.TestCase):
  """A test of rules: a checkout, and what is said of it."""

  def setUp(self):
    super().setUp()
    self.checkout = Checkout(self)

  def assert_problems(self, *wanted):
    """What check says, without its advice and the lines of the records."""
    found = [problem.partition("; ")[0] for problem in self.checkout.problems()]
    found = [re.sub(f"^{records.FILE}:[0-9]+", "records", f) for f in found]
    self.assertEqual(sorted(found), sorted(wanted))

  def planted(self, path, old, new, *wanted):
    """The edit makes these problems, and taking it back unmakes them."""
    before = self.checkout.read(path)
    self.checkout.edit(path, old, new)
    self.assert_problems(*wanted)
    self.checkout.write(path, before)
    self.assert_problems()

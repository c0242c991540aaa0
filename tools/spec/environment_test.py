# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The check of spec/environment.md sees what is missing on either side."""

import unittest

import environment

PAGE = """# Environment variables

`FORKRPC_PROSE` stands in no table.

| name | set by | read by | value | since |
|---|---|---|---|---|
| `FORKRPC_FORM` | a parent | a worker | `sync:INODE` | 0.2 |
| `FORKRPC_CASE` | the suite | a testee | an id | 0.1 |
"""
FILES = {
    "cc/a.cc": 'setenv("FORKRPC_FORM", value, 1);',
    "conformance/b.sh": "echo ${FORKRPC_CASE:-none}",
}


class EnvironmentTest(unittest.TestCase):

  def problems(self, page=PAGE, **files):
    changed = {path.replace("__", "/").replace("_DOT_", "."): text
               for path, text in files.items()}
    return list(environment.check(page, {**FILES, **changed}))

  def test_a_page_that_has_them_all(self):
    self.assertEqual(self.problems(), [])

  def test_a_name_without_a_row_however_it_is_written(self):
    for text in ('getenv("FORKRPC_NEW")', "$FORKRPC_NEW", "${FORKRPC_NEW:-x}",
                 "FORKRPC_NEW=1 run", "process.env.FORKRPC_NEW",
                 "os.environ['FORKRPC_NEW']", "--test_env=FORKRPC_NEW",
                 "// reads FORKRPC_NEW", 'prefix_"FORKRPC_NEW"_suffix'):
      self.assertEqual(self.problems(cc__x_DOT_cc=text),
                       ["cc/x.cc: FORKRPC_NEW is not in spec/environment.md"],
                       text)
    self.assertEqual(len(self.problems(README_DOT_md="`FORKRPC_NEW`")), 1)
    # Prose of the page is no row.
    self.assertEqual(len(self.problems(cc__x_DOT_cc="FORKRPC_PROSE")), 1)
    # Part of another name is not that name.
    self.assertEqual(len(self.problems(cc__x_DOT_cc="FORKRPC_FORM_2")), 1)

  def test_a_row_that_nothing_uses(self):
    page = PAGE + "| `FORKRPC_GONE` | a | b | c | 0.1 |\n"
    expected = ["spec/environment.md: nothing uses FORKRPC_GONE"]
    self.assertEqual(self.problems(page), expected)
    self.assertEqual(self.problems(page, README_DOT_md="FORKRPC_GONE"), expected)
    self.assertEqual(self.problems(page, cc__x_DOT_cc="FORKRPC_GONE"), [])
    self.assertEqual(self.problems(page, spec__environment_DOT_md="FORKRPC_GONE"),
                     expected)

  def test_what_is_no_variable(self):
    for text in ("#ifndef FORKRPC_X_H_\n#define FORKRPC_X_H_\n#endif  // FORKRPC_X_H_",
                 "#define FORKRPC_MACRO 1\nFORKRPC_MACRO",
                 "copts = ['-DFORKRPC_MACRO']\n#ifdef FORKRPC_MACRO",
                 'R"FORKRPC_EMBED(text)FORKRPC_EMBED"', "FORKRPC_FAULT_*"):
      self.assertEqual(self.problems(cc__x_DOT_h=text), [], text)

  def test_a_name_that_only_tests_have(self):
    for path in ("cc__x_test_DOT_cc", "cc__test_helper_DOT_cc",
                 "conformance__x_test_DOT_sh", "conformance__testdata__x_DOT_py"):
      self.assertEqual(self.problems(**{path: "FORKRPC_MADE_UP"}), [], path)
    self.assertEqual(len(self.problems(cc__x_test_DOT_cc="FORKRPC_MADE_UP",
                                       cc__latest_DOT_cc="FORKRPC_MADE_UP")), 1)

  def test_rows_that_are_malformed(self):
    page = PAGE + "| `FORKRPC_FORM` | a parent | a worker | 0.2 |\n"
    self.assertEqual(len(self.problems(page)), 2)


if __name__ == "__main__":
  unittest.main()

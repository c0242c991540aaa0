# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Five things that a newcomer must not confuse are five sentences."""

import unittest

from tools.direct import summary


def of(role, form, state, note='', runs=()):
  return {'role': role, 'form': form, 'state': state, 'note': note,
          'runs': [{'verdict': v, 'level': level, 'reason': reason}
                   for v, level, reason in runs]}


def said(**classes):
  return summary.lines({'testees': [{'name': name, 'classes': list(each)}
                                    for name, each in classes.items()]})


class SummaryTest(unittest.TestCase):

  def test_all_is_well(self):
    self.assertEqual(
        said(cc=[of('CHILD', 'SYNC', 'RAN', runs=[('PASS', 'MUST', '')] * 3)]),
        ['3 runs of 1 testees just now: 3 passed, 0 not passed'])

  def test_unsupported_is_not_counted_as_not_passed(self):
    self.assertEqual(
        said(sh=[of('CHILD', 'SYNC', 'RAN', runs=[
            ('PASS', 'MUST', ''), ('UNSUPPORTED', 'MUST', 'no poll()'),
            ('UNSUPPORTED', 'SHOULD', 'no poll()')])]),
        ['3 runs of 1 testees just now: 1 passed, 0 not passed',
         '2 runs are UNSUPPORTED, because the testee cannot do that and says so:',
         '  sh, 2: no poll()'])

  def test_every_other_verdict_is(self):
    runs = [(v, 'MUST', 'why') for v in ('FAIL', 'CRASH', 'HANG')]
    self.assertEqual(
        said(x=[of('CHILD', 'SYNC', 'RAN', runs=[*runs, ('FAIL', 'SHOULD', '')])]),
        ['4 runs of 1 testees just now: 0 passed, 4 not passed '
         '(3 of a MUST, 1 of a SHOULD)'])

  def test_what_was_not_looked_at_is_no_verdict(self):
    self.assertEqual(
        said(x=[of('CHILD', 'SYNC', 'RAN', runs=[('NOT_LOOKED_AT', 'MUST', 'no /proc')])]),
        ['1 runs of 1 testees just now: 0 passed, 0 not passed',
         '1 runs are not looked at, which is no verdict:', '  x, 1: no /proc'])

  def test_what_was_not_run_says_why(self):
    off = 'not installed: install it'
    self.assertEqual(
        said(perl=[of('CHILD', 'SYNC', 'NOT_INSTALLED', off),
                   of('PARENT', 'SYNC', 'NOT_INSTALLED', off)],
             sh=[of('CHILD', 'SYNC', 'NOT_OFFERED', 'the filter leaves no run'),
                 of('PARENT', 'SYNC', 'NOT_OFFERED', 'the manifest has no argv for it')],
             dead=[of('CHILD', 'SYNC', 'ENDED_AT_ONCE', 'status 1')])[1:],
        ['dead: did not start: status 1',
         'perl: not run, because it is not installed here: install it',
         'sh parent sync: nobody has written a program for it'])


if __name__ == '__main__':
  unittest.main()

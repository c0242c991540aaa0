# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""A skipped, crashed or unbuilt test must never be counted as passed."""

import os
import tempfile
import unittest

from tools.bazel import test_report

GTEST = """<testsuites>
  <testsuite name="A">
    <testcase name="Good" status="run" result="completed"/>
    <testcase name="Bad" status="run"><failure message="x"/></testcase>
    <testcase name="Skipped" status="run" result="skipped"><skipped/></testcase>
    <testcase name="DISABLED_It" status="notrun" result="suppressed"/>
  </testsuite>
</testsuites>"""
ALL_GOOD = """<testsuites><testsuite>
    <testcase name="One" status="run"/><testcase name="Two" status="run"/>
</testsuite></testsuites>"""
FINISHED = {
    'id': {'buildFinished': {}},
    'finished': {'exitCode': {'name': 'SUCCESS'}},
}


class TestReportTest(unittest.TestCase):

  def result(self, label, status, xml=None, attempt=1, **more):
    outputs = []
    if xml is not None:
      file, path = tempfile.mkstemp(suffix='.xml')
      os.write(file, xml.encode())
      os.close(file)
      self.addCleanup(os.unlink, path)
      outputs = [{'name': 'test.xml', 'uri': 'file://' + path}]
    return {
        'id': {'testResult': {'label': label, 'attempt': attempt}},
        'testResult': {'status': status, 'testActionOutput': outputs, **more},
    }

  def counted(self, *events):
    counts = test_report.count([*events, FINISHED])
    return counts.passed, counts.failed, counts.skipped

  def test_each_gtest_case_counts(self):
    self.assertEqual(
        self.counted(self.result('//a', 'FAILED', GTEST)), (1, 1, 2))

  def test_target_without_xml_is_one_test(self):
    self.assertEqual(self.counted(self.result('//a', 'PASSED')), (1, 0, 0))
    self.assertEqual(self.counted(self.result('//a', 'FAILED')), (0, 1, 0))

  def test_crash_after_good_cases_is_a_failure(self):
    self.assertEqual(
        self.counted(self.result('//a', 'TIMEOUT', ALL_GOOD)), (2, 1, 0))

  def test_unreadable_xml_is_no_extra_test(self):
    self.assertEqual(
        self.counted(self.result('//a', 'PASSED', '<testsuites>')), (1, 0, 0))

  def test_last_attempt_decides(self):
    self.assertEqual(
        self.counted(
            self.result('//a', 'PASSED', ALL_GOOD, attempt=2),
            self.result('//a', 'FAILED', GTEST, attempt=1)), (2, 0, 0))

  def test_target_that_does_not_build_is_a_failure(self):
    broken = {'id': {'targetCompleted': {'label': '//b'}}, 'completed': {}}
    self.assertEqual(
        self.counted(self.result('//a', 'PASSED'), broken), (1, 1, 0))

  def test_target_that_is_not_analysed_is_a_failure(self):
    def not_configured(**why):
      return {'id': {'targetConfigured': {'label': '//b'}}, 'aborted': why}
    good = self.result('//a', 'PASSED')
    self.assertEqual(
        self.counted(good, not_configured(reason='ANALYSIS_FAILURE')),
        (1, 1, 0))
    # A flag that has another value: nothing is amiss with it.
    self.assertEqual(self.counted(good, not_configured()), (1, 0, 0))

  def test_cached_results_are_told_apart(self):
    counts = test_report.count(
        [self.result('//a', 'PASSED', ALL_GOOD, cachedLocally=True), FINISHED])
    self.assertEqual((counts.passed, counts.cached), (2, 2))

  def test_bazel_failing_without_a_result_is_a_failure(self):
    for name in ('PARSING_FAILURE', 'BUILD_FAILURE'):
      counts = test_report.count([{
          'id': {'buildFinished': {}},
          'finished': {'exitCode': {'name': name}},
      }])
      self.assertEqual((counts.passed, counts.failed), (0, 1), name)
    self.assertEqual(test_report.count([]).failed, 1)


if __name__ == '__main__':
  unittest.main()

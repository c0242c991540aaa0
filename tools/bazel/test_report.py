# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Counts the tests that one `bazel test` really ran.

Reads the file written by --build_event_json_file. A GoogleTest program counts
once for each case in its test.xml; any other test target counts once. A target
that does not build, crashes or times out is one failure more. Skipped and
disabled cases are never passed. A result that Bazel took from its cache counts,
because Bazel has checked in this invocation that nothing it depends on changed;
how many those were is said.

Prints to stderr what failed and a sentence, to stdout "PASSED FAILED SKIPPED".
"""

import dataclasses
import json
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree


@dataclasses.dataclass
class Counts:
  passed: int = 0
  failed: int = 0
  skipped: int = 0
  cached: int = 0
  complaints: list = dataclasses.field(default_factory=list)


def count_xml(text):
  """Returns (passed, failed, skipped) of one test.xml."""
  passed = failed = skipped = 0
  for case in ElementTree.fromstring(text).iter('testcase'):
    if case.get('status') == 'notrun' or case.find('skipped') is not None:
      skipped += 1
    elif case.find('failure') is not None or case.find('error') is not None:
      failed += 1
    else:
      passed += 1
  return passed, failed, skipped


def _read_xml(result):
  for output in result.get('testActionOutput', []):
    if output.get('name') == 'test.xml':
      path = urllib.parse.unquote(urllib.parse.urlparse(output['uri']).path)
      with open(path, encoding='utf-8', errors='replace') as file:
        return file.read()
  return None


def _add_result(counts, label, result):
  """Adds the last attempt of one shard."""
  ok = result['status'] in ('PASSED', 'FLAKY')
  try:
    passed, failed, skipped = count_xml(_read_xml(result))
  except (ElementTree.ParseError, OSError, TypeError):
    # No readable test.xml: the target itself is the test.
    passed, failed, skipped = int(ok), 0, 0
  if not ok and failed == 0:
    failed = 1
  if ok and failed > 0:
    counts.complaints.append(f'{label}: passed, but test.xml has failures')
  counts.passed += passed
  counts.failed += failed
  counts.skipped += skipped
  if result.get('cachedLocally') or result.get('executionInfo', {}).get(
      'cachedRemotely'):
    counts.cached += passed
  if not ok:
    counts.complaints.append(f"{label}: {result['status']}")


def count(events):
  """Counts the decoded build events, an iterable of dicts."""
  results = {}
  broken = set()
  finished = None
  for event in events:
    identity = event.get('id', {})
    if 'testResult' in identity:
      key = identity['testResult']
      shard = (key['label'], key.get('run', 1), key.get('shard', 1))
      attempt = key.get('attempt', 1)
      if attempt >= results.get(shard, (0,))[0]:
        results[shard] = (attempt, event['testResult'])
    elif 'targetCompleted' in identity:
      if not event.get('completed', {}).get('success'):
        broken.add(identity['targetCompleted']['label'])
    elif 'pattern' in identity or 'targetConfigured' in identity:
      # Without a reason: a label_flag that the command line gives another value.
      if event.get('aborted'):
        broken.add(event['aborted'].get('description', str(identity)))
    elif 'buildFinished' in identity:
      finished = event.get('finished', {}).get('exitCode', {}).get('name')
  counts = Counts()
  for (label, _, _), (_, result) in sorted(results.items()):
    _add_result(counts, label, result)
  for label in sorted(broken):
    counts.failed += 1
    counts.complaints.append(f'{label}: does not build')
  # NO_TESTS_FOUND means that only non-test targets were named.
  if finished not in ('SUCCESS', 'NO_TESTS_FOUND') and counts.failed == 0:
    counts.failed += 1
    counts.complaints.append(f'bazel: {finished or "did not finish"}')
  return counts


def main(argv):
  if len(argv) != 2:
    print('usage: test_report.py BUILD_EVENT_JSON_FILE', file=sys.stderr)
    return 2
  try:
    with open(argv[1], encoding='utf-8') as file:
      counts = count(json.loads(line) for line in file)
  except (OSError, json.JSONDecodeError) as error:
    print(f'test_report: {argv[1]}: {error}', file=sys.stderr)
    return 2
  for complaint in counts.complaints:
    print(f'  FAILED {complaint}', file=sys.stderr)
  print(
      f'  {counts.passed} passed ({counts.cached} of them unchanged, from '
      f"Bazel's cache), {counts.failed} failed, {counts.skipped} skipped",
      file=sys.stderr)
  print(counts.passed, counts.failed, counts.skipped)
  return 0


if __name__ == '__main__':
  sys.exit(main(sys.argv))

# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""What a report comes to, in sentences for a reader who knows nothing of the suite.

What was not passed, what a testee says that it cannot, what could not be looked at,
what is not installed and what nobody has written are five things.

usage: python3 -m tools.direct.summary out/conformance/report.json
"""

import collections
import json
import sys

WRONG = ('FAIL', 'CRASH', 'HANG', 'HARNESS')


def runs_of(testee, *verdicts):
  """The runs of a testee that came to one of these."""
  return [run for each in testee['classes'] for run in each['runs']
          if run['verdict'] in verdicts]


def states(testee):
  """The notes of the classes that were not run, by state: {state: {note: [class]}}."""
  found = collections.defaultdict(lambda: collections.defaultdict(list))
  for each in testee['classes']:
    # A class that the filter left empty has no story.
    if each['state'] != 'RAN' and not each['note'].startswith('the filter'):
      name = f"{each['role'].lower()} {each['form'].lower()}"
      found[each['state']][each['note']].append(name)
  return found


def _reasons(testees, verdict):
  """A line for each reason that a testee has for a verdict."""
  lines = []
  for testee in testees:
    reasons = collections.Counter(run['reason'] for run in runs_of(testee, verdict))
    lines += [f"  {testee['name']}, {count}: {reason}"
              for reason, count in sorted(reasons.items())]
  return lines


def lines(report):
  """The sentences."""
  testees = report['testees']
  ran = [t for t in testees if any(c['runs'] for c in t['classes'])]
  count = lambda *verdicts: sum(len(runs_of(t, *verdicts)) for t in testees)
  total = sum(len(c['runs']) for t in testees for c in t['classes'])
  wrong = [(t, run) for t in testees for run in runs_of(t, *WRONG)]
  musts = sum(run['level'] == 'MUST' for _, run in wrong)
  said = [f'{total} runs of {len(ran)} testees just now: {count("PASS")} passed, '
          f'{len(wrong)} not passed'
          + (f' ({musts} of a MUST, {len(wrong) - musts} of a SHOULD)' if wrong else '')]
  for what, verdict in (
      ('UNSUPPORTED, because the testee cannot do that and says so', 'UNSUPPORTED'),
      ('not looked at, which is no verdict', 'NOT_LOOKED_AT')):
    if count(verdict):
      said.append(f'{count(verdict)} runs are {what}:')
      said += _reasons(testees, verdict)
  for state, what in (('ENDED_AT_ONCE', 'did not start'), ('NO_ANSWER', 'never answered'),
                      ('NOT_INSTALLED', 'not run, because it is not installed here'),
                      ('NOT_OFFERED', 'nobody has written a program for it')):
    for testee in testees:
      for note, classes in states(testee)[state].items():
        which = '' if len(classes) == len(testee['classes']) else f" {', '.join(classes)}"
        detail = '' if state == 'NOT_OFFERED' else f": {note.replace('not installed: ', '')}"
        said.append(f"{testee['name']}{which}: {what}{detail}")
  return said


def main(argv):
  if len(argv) != 1 or argv[0].startswith('-'):
    print(__doc__.strip().splitlines()[-1], file=sys.stderr)
    return 2
  with open(argv[0], encoding='utf-8') as file:
    report = json.load(file)
  for line in lines(report):
    print(f'demo: {line}')
  return 0


if __name__ == '__main__':
  sys.exit(main(sys.argv[1:]))

# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The forkrpc program as its users run it: output, exit codes, error lines."""

import json
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import time
import unittest

FORKRPC = os.path.abspath('tools/forkrpc/forkrpc')
STRINGS = os.path.abspath('tools/forkrpc/string_pack_worker')
VALUES = os.path.abspath('cc/forkrpc/testing/value_worker')
CUTTING = os.path.abspath('cc/forkrpc/client/cutting_launcher')
RAW = (os.path.abspath('cc/forkrpc/client/test_worker'), 'async')
SANITIZED = 'ASAN_OPTIONS' in os.environ


def run(*arguments, stdin=b'', **kwargs):
  return subprocess.run([FORKRPC, *arguments], input=stdin,
                        capture_output=True, timeout=60, check=False, **kwargs)


class CliTest(unittest.TestCase):
  maxDiff = None

  def expect(self, result, code, out=None, err=None):
    """`err`: a regular expression for all of stderr, one line if not empty."""
    seen = f'{result.returncode} {result.stdout!r} {result.stderr!r}'
    self.assertEqual(result.returncode, code, seen)
    if out is not None:
      self.assertEqual(result.stdout, out, seen)
    if err is not None:
      self.assertRegex(result.stderr.decode(), '^' + err + r'\Z', seen)
    return result

  def expect_error(self, result, code, err, out=b''):
    """One line on stderr, said by the program."""
    self.expect(result, code, out, 'forkrpc: ' + err + r'\n')
    self.assertEqual(result.stderr.count(b'\n'), 1, result.stderr)


def capture(port, octets):
  """A pcapng file of a SYN to the port of 127.0.0.1 that has octets."""
  packet = struct.pack('>BBHIBBH8sHHIIBBHI', 0x45, 0, 40 + len(octets), 0, 64, 6, 0,
                       bytes([127, 0, 0, 1] * 2), 50000, port, 0, 0, 0x50, 2, 0, 0)
  packet += octets
  padded = packet + bytes(-len(packet) % 4)
  size = 16 + len(padded)
  return (struct.pack('<IIIHHqI', 0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0, -1, 28) +
          struct.pack('<IIHHII', 1, 20, 101, 0, 0, 20) +
          struct.pack('<III', 3, size, len(packet)) + padded + struct.pack('<I', size))


class ProgramTest(CliTest):

  def test_version(self):
    result = self.expect(run('--version'), 0, err='')
    self.expect(run('version'), 0, result.stdout, '')
    self.assertRegex(result.stdout, rb'^forkrpc \d+\.\d+\.\d+, specification \d+\.\d+\n\Z')

  def test_help(self):
    overview = self.expect(run('help'), 0, err='').stdout
    self.assertIn(b'forkrpc call', overview)
    self.expect(run('--help'), 0, overview, '')
    self.expect(run('-h'), 0, overview, '')
    call = self.expect(run('help', 'call'), 0, err='').stdout
    self.assertIn(b'--serialiser', call)
    self.expect(run('call', '--help'), 0, call, '')
    self.expect(run('call', '-h'), 0, call, '')
    self.expect(run('call', 'list', '-h', '--', STRINGS), 0, call, '')
    dump = self.expect(run('help', 'dump'), 0, err='').stdout
    self.expect(run('dump', '--help'), 0, dump, '')

  def test_help_of_the_worker_is_the_workers(self):
    self.expect(run('call', 'list', 'x', '--', STRINGS, '--help'), 0, b'x\n',
                '')

  def test_wrong_usage_is_one_line(self):
    for arguments, line in [
        ([], 'say what to do: call, dump, doctor or help; see `forkrpc help`'),
        (['frobnicate'], "unknown subcommand 'frobnicate': use call, .*"),
        (['--frobnicate'], "unknown option '--frobnicate': use call, .*"),
        ([''], "unknown subcommand '': use .*"),
        (['two\nlines'], r"unknown subcommand 'two\\nlines': use .*"),
        (['help', 'cal'], "there is no help on 'cal', .*"),
        (['call', '--frob', '--', STRINGS],
         'unknown option --frob; see `forkrpc help call`'),
        (['call', '--form=x', '--', STRINGS],
         "option --form cannot be 'x': use sync or async; .*"),
        (['call', '--timeout=2', '--', STRINGS],
         "option --timeout cannot be '2': use a time with its unit, such as "
         '500ms or 5s, or inf; .*'),
        (['call', 'add', '3', '4'], 'no worker given: put -- and .*'),
        (['call', 'add', '3', '--'], 'no worker given: put -- and .*'),
        (['call', '--serialiser=raw', 'a', 'b', '--', *RAW],
         '--serialiser=raw sends exactly one string, not 2: .*'),
        (['call', '--input=/no/such/file', '--', STRINGS],
         "cannot open '/no/such/file': No such file or directory"),
        (['call', '--input=/', '--', STRINGS],
         "cannot read '/': it is a directory"),
        (['dump', '--frob'],
         'unknown option --frob; see `forkrpc help dump`'),
        (['dump', '/no/such/file'],
         "cannot open '/no/such/file': No such file or directory"),
    ]:
      with self.subTest(arguments):
        self.expect_error(run(*arguments), 2, line)

  def test_a_terminal_as_input_when_nothing_is_given(self):
    for arguments, line in [
        (['call', '--', STRINGS], b'nothing to call with: give '),
        (['dump'], b'nothing to dump: name '),
    ]:
      with self.subTest(arguments):
        controller, terminal = pty.openpty()
        try:
          result = subprocess.run([FORKRPC, *arguments], stdin=terminal,
                                  capture_output=True, timeout=60, check=False)
        finally:
          os.close(controller)
          os.close(terminal)
        self.assertEqual(result.returncode, 2)
        self.assertTrue(result.stderr.startswith(b'forkrpc: ' + line))
        self.assertEqual(result.stderr.count(b'\n'), 1)

  def test_closed_standard_descriptors(self):
    # The wire must not get the number of the input.
    result = subprocess.run(
        ['sh', '-c', f'exec "{FORKRPC}" call -- "{STRINGS}" <&-'],
        capture_output=True, timeout=60, check=False)
    self.expect(result, 0, b'', '')

  def test_a_full_disk_is_a_failure(self):
    with open('/dev/full', 'wb') as full:
      result = subprocess.run(
          [FORKRPC, 'call', 'add', '1', '--', STRINGS], stdout=full,
          stderr=subprocess.PIPE, timeout=60, check=False)
    self.assertEqual(result.returncode, 1)
    self.assertEqual(result.stderr,
                     b'forkrpc: cannot write to standard output\n')

  def test_the_examples_of_help_work(self):
    with tempfile.TemporaryDirectory() as folder:
      def path(name):
        return os.path.join(folder, name)
      # One worker that is what each example takes it for, and an ssh that
      # goes nowhere.
      for name, text in {
          'worker': f'case "$*" in *raw*) exec "{RAW[0]}" async;; esac\n'
                    f'exec "{STRINGS}" "$@"\n',
          'ssh': 'shift; exec "$@" raw\n',
          'json-worker': f'exec "{VALUES}" json\n',
          'tcpdump': 'exec cat session.pcapng\n',
      }.items():
        with open(path(name), 'w', encoding='utf-8') as file:
          file.write('#!/bin/sh\n' + text)
        os.chmod(path(name), 0o755)
      os.symlink(FORKRPC, path('forkrpc'))
      for name, octets in {
          'requests.bin': struct.pack('>II', 1, 2) + b'hi',
          'responses.bin': struct.pack('>II', 1, 3) + b'\x02hi',
          'session.pcapng': capture(4000, struct.pack('>II', 1, 2) + b'hi'),
      }.items():
        with open(path(name), 'wb') as file:
          file.write(octets)
      examples = []
      for topic in ('call', 'dump'):
        text = run('help', topic).stdout.decode().rpartition('Exit codes:')[2]
        examples += re.findall(r'^  (.*)$', text, re.MULTILINE)
      self.assertGreaterEqual(len(examples), 7)
      outputs = []
      for example in examples:
        result = subprocess.run(
            ['sh', '-c', example], cwd=folder, stdin=subprocess.DEVNULL,
            env={**os.environ, 'PATH': folder + ':' + os.environ['PATH']},
            capture_output=True, timeout=60, check=False)
        self.expect(result, 0, err='')
        outputs.append(result.stdout.decode())
    self.assertEqual(outputs[:6], ['7\n', '7\n', 'hi\n', '3\n7\n', '3\n',
                                   '"show"\n5\n[1, null]\n'])
    self.assertIn('request with id 1, 2 octets', outputs[6])
    self.assertEqual(outputs[6], outputs[7])
    self.assertIn('45 68 69', outputs[9])
    self.assertEqual(json.loads(outputs[10])['strings'], ['hi'])
    self.assertIn('= [5]', outputs[11])


class DrainTest(CliTest):
  """Behind a launcher that takes a half-close for the end."""

  def call(self, *options):
    return run('call', '--serialiser=raw', *options, 'sleep 300', '--',
               CUTTING, *RAW)

  def test_answers_are_taken_first(self):
    self.expect(self.call(), 0, b'slept\n', '')
    self.expect(self.call('--drain=answers-first'), 0, b'slept\n', '')

  def test_at_once_they_are_lost_and_said_to_be(self):
    self.expect_error(self.call('--drain=at-once'), 1,
                      'call failed: .*with 1 call in flight.*')

  def test_at_once_suits_a_worker_that_waits_for_the_end(self):
    worker = ('import sys; sys.stdin.buffer.read(); sys.stdout.buffer.write('
              "b'\\0\\0\\0\\1\\0\\0\\0\\2ok'); sys.stdout.flush()")
    result = run('call', '--serialiser=raw', '--drain=at-once', 'x', '--',
                 sys.executable, '-c', worker)
    self.expect(result, 0, b'ok\n', '')


class ValuesTest(CliTest):
  """Serialisers of values; the worker returns its arguments."""

  def call(self, serialiser, *arguments, stdin=b''):
    return run('call', '--serialiser=' + serialiser, *arguments, '--', VALUES,
               serialiser, stdin=stdin)

  def test_each_serialiser_there_and_back(self):
    words = ['add', '5', '-5', '"5"', "[1, null, {\"k\": 1.5}]", 'true',
             '/tmp/x', '']
    out = ('"add"\n5\n-5\n"5"\n[1, null, {"k": 1.5}]\ntrue\n"/tmp/x"\n""\n')
    for serialiser in ('cbor', 'json', 'storable', 'nstorable'):
      with self.subTest(serialiser):
        expected = out
        if serialiser == 'nstorable':  # doubles are text
          expected = out.replace('1.5', "h'312e35'")
        self.expect(self.call(serialiser, *words), 0, expected.encode(), '')

  def test_what_json_has_not(self):
    for serialiser, word, out in [
        ('cbor', "h'00ff'", "h'00ff'"),
        ('cbor', 'NaN', 'NaN'),
        ('cbor', '[-Infinity]', '[-Infinity]'),
        ('cbor', '1363896240', '1363896240'),
        ('cbor', '1(1363896240)', '1(1363896240)'),
        ('cbor', '[28([1]), 29(0)]', '[28([1]), 29(0)]'),
        ('cbor', '18446744073709551615', '18446744073709551615'),
        ('storable', '22098(5)', '22098(5)'),
        ('storable', 'NaN', 'NaN'),
        ('storable', '[28([1]), 29(0)]', '[28([1]), 29(0)]'),
    ]:
      with self.subTest(serialiser + ' ' + word):
        self.expect(self.call(serialiser, word), 0, out.encode() + b'\n', '')

  def test_lines_of_input(self):
    self.expect(self.call('json', stdin=b'add 3\nx [1]\n\n'), 0,
                b'"add"\t3\n"x"\t[1]\n\n', '')
    self.expect(self.call('cbor', '--input-format=json', '--format=json',
                          stdin=b'[28(["a b"]), 29(0)]\n[]\n'), 0,
                b'[28(["a b"]), 29(0)]\n[]\n', '')
    self.expect_error(
        self.call('json', '--input-format=json', stdin=b'[1]\n{}\n'), 2,
        r'line 2: not a list of values such as .*', b'1\n')
    self.expect_error(self.call('json', stdin=b'1\n[1\n'), 2,
                      r"line 2: '\[1' is no value: .*octet 2.*", b'1\n')

  def test_payloads_as_they_came(self):
    self.expect(self.call('cbor', '--format=hex', '5'), 0, b'd81c8105\n', '')
    self.expect(self.call('json', '--format=raw', '5'), 0, b'[5]', '')

  def test_a_word_that_is_no_value_says_how_to_quote_it(self):
    for word, quoted in [('[1', r'"\[1"'), ('3rd', '"3rd"'), ('"', r'"\\""'),
                         ("h'0", '"h\'0"'), ('5 6', '"5 6"')]:
      with self.subTest(word):
        self.expect_error(
            self.call('json', 'add', word), 2,
            rf'.* is no value: notation.*octet \d+.*; as a string it is written'
            rf' {quoted}, with these quotes; see `forkrpc help call`')
        self.expect(self.call('json', quoted.replace('\\[', '[').replace(
            '\\\\', '\\')), 0, err='')
    self.expect_error(self.call('json', 'NaN'), 2, 'json: .*')

  def test_strings_stay_strings(self):
    for serialiser in ('string-pack', 'protobuf'):
      with self.subTest(serialiser):
        self.expect(self.call(serialiser, '5', '[1', 'null', ''), 0,
                    b'5\n[1\nnull\n\n', '')
    self.expect(self.call('raw', '[1'), 0, b'[1\n', '')

  def test_a_response_of_another_serialiser(self):
    self.expect_error(
        run('call', '--serialiser=storable', '--input-format=json', '--',
            'sh', '-c', r"printf '\000\000\000\001\000\000\000\002[]'; cat >/dev/null",
            stdin=b'[]\n'), 1,
        r'line 1: call failed: .*: the response is no list of values; is '
        r'--serialiser=storable the worker\'s\? storable: .*')

  def test_dump_shows_values(self):
    def dump(serialiser, payload, *options):
      return run('dump', '--serialiser=' + serialiser, *options,
                 stdin=struct.pack('>II', 1, len(payload)) + payload)
    for serialiser, payload, shown in [
        ('cbor', b'\xd8\x1c\x82\x05\x41\xff', "[5, h'ff']"),
        ('json', b'[null]', '[null]'),
        ('nstorable', bytes.fromhex('050b02000000010885'), '[5]'),
        ('protobuf', b'\n\x01a', '"a"'),
        ('string-pack', b'\x01a', '"a"'),
    ]:
      with self.subTest(serialiser):
        result = self.expect(dump(serialiser, payload), 0, err='')
        self.assertIn('\n    = ' + shown + '\n', result.stdout.decode())
        result = self.expect(dump(serialiser, b'\xff\xff'), 1,
                             err='forkrpc: 1 bad frame, marked !\n')
        self.assertRegex(result.stdout.decode(),
                         rf'\n    ! {serialiser}: .*\n    ff ff  ')
    result = self.expect(dump('cbor', b'\x81\x05', '--format=json'), 0, err='')
    self.assertEqual(json.loads(result.stdout)['values'], '[5]')


class CallTest(CliTest):

  def test_strings_in_strings_out(self):
    for binding in ('socket', 'pipes'):
      for form in ('sync', 'async'):
        with self.subTest(binding=binding, form=form):
          self.expect(run('call', '--binding=' + binding, '--form=' + form,
                          'add', '3', '-4', '--', STRINGS, form), 0, b'-1\n',
                      '')
    self.expect(run('call', 'list', 'a', 'b c', '', 'd', '--', STRINGS), 0,
                b'a\nb c\n\nd\n', '')
    self.expect(run('call', 'list', '--', STRINGS), 0, b'', '')
    self.expect(run('call', '--serialiser=raw', 'echo hi there', '--', *RAW), 0,
                b'hi there\n', '')

  def test_the_binding_is_what_the_worker_finds(self):
    for binding, kind in [('socket', 'socket'), ('pipes', 'pipe')]:
      result = run('call', '--binding=' + binding, 'x', '--', 'sh', '-c',
                   'readlink /proc/self/fd/0 >&2; exit 1')
      self.expect(result, 2, b'', rf'{kind}:\[\d+\]\nforkrpc: .*\n')

  def test_the_limit_of_a_payload_can_be_raised_and_lowered(self):
    long = b'x' * ((16 << 20) + 1)
    self.expect_error(
        run('call', '--serialiser=raw', '--', *RAW, stdin=b'echo ' + long), 1,
        r'line 1: call failed: RESOURCE_EXHAUSTED: .*limit.*')
    self.expect_error(
        run('call', '--max-length=10', 'list', 'a b c d e f', '--', STRINGS), 1,
        r'call failed: RESOURCE_EXHAUSTED: .*limit.*')
    self.expect_error(
        run('call', '--serialiser=raw', '--max-length=100', 'size 101', '--',
            *RAW), 2, r'what the worker sends is not the wire, or too long: .*'
        r'length 101 .*use --max-length, which is 100; .*')

  def test_formats(self):
    octets = [b'call', b'list', b'\xc3\xa9\n', b"\xff'\\", b'--',
              STRINGS.encode()]
    for form, out in [
        ('text', b"\xc3\xa9\\n\n\\xff'\\\\\n"),
        ('json', b'["\xc3\xa9\\n",{"hex":"ff275c"}]\n'),
        ('hex', b'c3a90a\nff275c\n'),
        ('raw', b"\xc3\xa9\n\xff'\\"),
    ]:
      with self.subTest(form):
        self.expect(run('call', '--format=' + form, *octets[1:]), 0, out, '')

  def test_events_go_to_stderr(self):
    self.expect(run('call', 'event', 'a', 'b', '--', STRINGS), 0, b'',
                'event: a b\n')
    self.expect(run('call', '--format=json', 'event', 'a', '--', STRINGS), 0,
                b'[]\n', r'event: \["a"\]\n')
    self.expect(run('call', 'malformed-event', '--', STRINGS), 0, b'',
                r'event \(not string-pack\): \\x05hi\n')

  def test_lines_are_calls(self):
    lines = b'add 1 2\n  list\ta  b \n\nadd 4'
    out = b'3\na\tb\n\n4\n'
    self.expect(run('call', '--', STRINGS, stdin=lines), 0, out, '')
    self.expect(run('call', '--input=-', '--', STRINGS, stdin=lines), 0, out,
                '')
    with tempfile.NamedTemporaryFile() as file:
      file.write(lines)
      file.flush()
      self.expect(run('call', '--input', file.name, '--', STRINGS), 0, out, '')
    self.expect(run('call', '--serialiser=raw', '--', *RAW,
                    stdin=b'echo  a b \necho\n'), 0, b' a b \n\n', '')

  def test_json_lines(self):
    lines = b'["list", "a b", ""]\n["list", {"hex": "ff00"}]\n[]\n'
    result = self.expect(
        run('call', '--input-format=json', '--format=json', '--', STRINGS,
            stdin=lines), 0, err='')
    self.assertEqual([json.loads(l) for l in result.stdout.splitlines()],
                     [['a b', ''], [{'hex': 'ff00'}], []])
    # What is printed can be sent.
    again = self.expect(
        run('call', '--input-format=json', '--format=json', '--', STRINGS,
            stdin=b'["list",{"hex":"ff00"}]\n'), 0, err='').stdout
    self.assertEqual(again, b'[{"hex":"ff00"}]\n')

  def test_lines_are_pipelined_and_printed_in_order(self):
    lines = b''.join(b'hold %d\n' % i for i in range(20)) + b'release\nadd 5\n'
    out = b''.join(b'%d\n' % i for i in range(20)) + b'\n5\n'
    self.expect(run('call', '--', STRINGS,
                    stdin=lines), 0, out, '')
    # Not more at once than told: then nobody releases.
    self.expect(
        run('call', '--in-flight=20', '--timeout=300ms', '--',
            STRINGS, stdin=lines), 1, b'',
        r'forkrpc: line 1: call failed: DEADLINE_EXCEEDED: .*\n'
        r'worker: .* 20 calls were never answered .*\n')

  def test_many_large_lines(self):
    lines = [b'echo ' + bytes([97 + i % 26]) * 100000 for i in range(200)]
    for form in ('sync', 'async'):
      result = run('call', '--serialiser=raw', '--form=' + form, '--', RAW[0],
                   form, stdin=b'\n'.join(lines))
      self.assertEqual(result.returncode, 0, result.stderr)
      self.assertTrue(result.stdout ==
                      b''.join(line[5:] + b'\n' for line in lines))

  def test_no_line_is_no_call(self):
    self.expect(run('call', '--', STRINGS), 0, b'', '')


class FailedCallTest(CliTest):

  def test_a_missing_worker(self):
    self.expect_error(run('call', 'x', '--', './no-such-worker'), 2,
                      "cannot start worker './no-such-worker': No such file .*")
    self.expect_error(run('call', 'x', '--', 'no-such-worker'), 2,
                      "cannot start worker 'no-such-worker': No such file .*")
    self.expect_error(run('call', 'x', '--', '/etc/passwd'), 2,
                      "cannot start worker '/etc/passwd': Permission denied.*")

  def test_a_worker_that_ends_at_once(self):
    for binding in ('socket', 'pipes'):
      for argv, how, what in [
          (['false'], 'exited with status 1', 'is it a worker that speaks .*'),
          (['true'], 'exited with status 0', 'is it a worker that speaks .*'),
          (['echo', 'hi'], 'exited with status 0', 'is it a worker that .*'),
          (['sh', '-c', 'kill -9 $$'], r'was killed by signal 9 \(SIGKILL\)',
           'is it a worker that speaks .*'),
          (['sh', '-c', 'exit 127'], 'exited with status 127',
           'a shell ends so when it does not find the command'),
          (['sh', '-c', 'exit 126'], 'exited with status 126',
           'a shell ends so when it cannot execute the command'),
      ]:
        with self.subTest(binding=binding, argv=argv):
          result = run('call', '--binding=' + binding, 'x', '--', *argv)
          start = ('the worker ended before it had read a request; '
                   if argv[0] != 'echo' else '.*; ')
          self.expect_error(
              result, 2,
              start + rf"worker '{argv[0]}' \(pid \d+\) {how}; {what}")

  def test_a_worker_that_ends_at_once_without_a_call(self):
    self.expect_error(run('call', '--', 'false'), 2,
                      'the worker ended before it had read a request; .*')

  def test_its_last_words_are_shown(self):
    result = run('call', 'x', '--', 'sh', '-c', 'echo no licence >&2; exit 5')
    self.expect(result, 2, b'',
                r'no licence\nforkrpc: the worker ended .* exited with status '
                r'5; its stderr ended: no licence; is it a worker .*\n')

  def test_something_else_than_the_wire(self):
    for binding in ('socket', 'pipes'):
      # In the async form `cat` is a worker: it echoes.
      for form, argv in (('sync', ['cat']), ('async', ['echo', 'hello world'])):
        self.expect_error(
            run('call', '--binding=' + binding, '--form=' + form, 'some',
                'words', '--', *argv), 2,
            r'what the worker sends is not the wire, or too long: frame at '
            r'offset 0: length \d+ exceeds the limit of \d+ octets; .*worker '
            r'.*; if its payloads may be so long, use --max-length, which is '
            r'16777216; if not, is it a worker that speaks .* is --form=.*')

  def test_a_worker_that_sends_nothing(self):
    for form, argv in (('async', ['sleep', '1000']), ('sync', ['cat'])):
      started = time.monotonic()
      self.expect_error(
          run('call', '--form=' + form, '--timeout=200ms', '', '--', *argv), 1,
          r"call failed: DEADLINE_EXCEEDED: .*; worker '\w+' \(pid \d+\) is "
          r'still running; it was given --timeout=200ms and has sent nothing: '
          rf"is --form={form} the worker's form, or --form=\w+\?")
      self.assertLess(time.monotonic() - started, 20)

  def test_a_call_that_times_out_after_others(self):
    self.expect_error(
        run('call', '--serialiser=raw', '--timeout=300ms', '--', *RAW,
            stdin=b'echo a\nsleep 2000\necho b\n'), 1,
        r'line 2: call failed: DEADLINE_EXCEEDED: .* is still running; it was '
        r'given --timeout=300ms', out=b'a\n')

  def test_a_worker_killed_in_a_call(self):
    for binding in ('socket', 'pipes'):
      self.expect_error(
          run('call', '--binding=' + binding, '--serialiser=raw', 'kill 9',
              '--', *RAW), 1,
          r'call failed: UNAVAILABLE: .*; worker .* \(pid \d+\) was killed by '
          r'signal 9 \(SIGKILL\)')

  def test_a_function_that_fails(self):
    for binding in ('socket', 'pipes'):
      self.expect(
          run('call', '--binding=' + binding, 'add', 'x', '--', STRINGS), 1,
          b'', r'worker: INVALID_ARGUMENT: x is no number\n'
          r'forkrpc: call failed: UNAVAILABLE: .* exited with status 1; its '
          r'stderr ended: worker: INVALID_ARGUMENT: x is no number\n')

  def test_the_wrong_form(self):
    # A worker of ours is told what its parent speaks, and names both.
    for form, other in (('sync', 'async'), ('async', 'sync')):
      self.expect(
          run('call', '--form=' + other, 'list', 'x', '--', STRINGS, form), 2,
          b'', rf'forkrpc: this worker speaks the {form} form, its parent the '
          rf'{other} form.*\nforkrpc: the worker ended before it had read a '
          r'request; .* exited with status 2; .*; give it what it speaks: '
          r'--form, --serialiser\n')
    # Of another one it can only be asked.
    self.expect(
        run('call', 'list', 'x', '--', 'env', '-u', 'FORKRPC_FORM', STRINGS,
            'sync'), 1, b'',
        r'no function .*\nforkrpc: call failed: UNAVAILABLE: .* exited with '
        r'status 3; .*\n')

  def test_the_wrong_serialiser(self):
    self.expect_error(
        run('call', 'malformed', '--', STRINGS), 1,
        r'call failed: DATA_LOSS: the response is no list of strings; is it '
        r'--serialiser=raw\? string-pack: .*')

  def test_a_worker_that_fails_after_its_last_call(self):
    script = f'"{STRINGS}"; exit 7'
    self.expect_error(
        run('call', 'add', '1', '--', 'sh', '-c', script), 1,
        r"the worker failed outside any call: UNAVAILABLE: .*; worker 'sh' "
        r'\(pid \d+\) exited with status 7', out=b'1\n')

  def test_no_worker_is_left_behind(self):
    result = run('call', '--timeout=100ms', 'x', '--', 'sleep', '1000')
    pid = int(re.search(rb'pid (\d+)', result.stderr).group(1))
    with self.assertRaises(ProcessLookupError):
      os.kill(pid, 0)


class DumpTest(CliTest):

  def test_a_pasted_example(self):
    text = b'\n    > 00 00 00 03  45 68 69\n    < 0x00000001 00000002, 6869\n'
    self.expect(
        run('dump', '--hex', '--form=sync', stdin=text), 0,
        b'>          0  request, 3 octets\n'
        b'    45 68 69                                         |Ehi|\n'
        b'<          0  response with id 1, 2 octets\n'
        b'    68 69                                            |hi|\n', '')

  def test_what_is_wrong_and_where(self):
    frame = struct.pack('>II', 1, 2) + b'hi'
    self.expect(run('dump', stdin=frame + frame[:5]), 1,
                err='forkrpc: standard input: child to parent: stream ends '
                    r'inside a frame: header at offset 10 has 5 of 8 octets\n')
    self.expect(run('dump', stdin=frame + b'\0\0\0\1\xff\xff\xff\xff'), 1,
                err='forkrpc: standard input: child to parent: frame at offset '
                    '10: length 4294967295 exceeds the limit of 16777216 '
                    r'octets\n')

  def test_frames_are_shown_as_they_come(self):
    with subprocess.Popen([FORKRPC, 'dump'], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as dump:
      dump.stdin.write(struct.pack('>II', 0, 0))
      dump.stdin.flush()
      self.assertEqual(dump.stdout.readline(),
                       b'<          0  event, 0 octets\n')
      dump.stdin.close()
      self.assertEqual(dump.wait(timeout=60), 0)

  def test_memory_does_not_grow_with_the_capture(self):
    frame = struct.pack('>II', 1, 1 << 20) + bytes(1 << 20)
    with subprocess.Popen([FORKRPC, 'dump', '--max-payload=0'],
                          stdin=subprocess.PIPE,
                          stdout=subprocess.DEVNULL) as dump:
      for _ in range(192):
        dump.stdin.write(frame)
      dump.stdin.flush()
      with open(f'/proc/{dump.pid}/status', encoding='utf-8') as status:
        peak = int(re.search(r'VmHWM:\s+(\d+) kB', status.read()).group(1))
      dump.stdin.close()
      self.assertEqual(dump.wait(timeout=60), 0)
    self.assertLess(peak, (96 if SANITIZED else 32) << 10)


if __name__ == '__main__':
  unittest.main()

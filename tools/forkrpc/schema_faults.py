# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Holds a value to a JSON schema, for tests: no package is needed for it."""


def faults(value, rule, where='$'):
  """What of `value` is not as the schema says; knows the words that it uses."""
  types = {'object': dict, 'array': list, 'string': str, 'boolean': bool,
           'integer': int, 'number': (int, float), 'null': type(None)}
  unknown = set(rule) - {
      '$schema', 'title', 'description', 'type', 'const', 'enum', 'required',
      'properties', 'additionalProperties', 'items', 'minItems', 'maxItems',
      'minimum', 'maximum'}
  assert not unknown, unknown
  if 'const' in rule and value != rule['const']:
    yield f'{where}: is not {rule["const"]}'
  if 'enum' in rule and value not in rule['enum']:
    yield f'{where}: {value!r} is none of {rule["enum"]}'
  names = rule.get('type', [])
  names = [names] if isinstance(names, str) else names
  if names and not any(
      isinstance(value, types[name]) and
      (name == 'boolean' or not isinstance(value, bool)) for name in names):
    yield f'{where}: {value!r} is no {names}'
    return
  if isinstance(value, dict):
    known = rule.get('properties', {})
    yield from (f'{where}: lacks {name}' for name in rule.get('required', [])
                if name not in value)
    for name, member in value.items():
      other = rule.get('additionalProperties', {})
      if name not in known and other is False:
        yield f'{where}: has {name}'
      else:
        yield from faults(member, known.get(name, other or {}),
                          f'{where}.{name}')
  if isinstance(value, list):
    if not (rule.get('minItems', 0) <= len(value) <=
            rule.get('maxItems', len(value))):
      yield f'{where}: {len(value)} items'
    for number, item in enumerate(value):
      yield from faults(item, rule.get('items', {}), f'{where}[{number}]')
  if isinstance(value, (int, float)) and not isinstance(value, bool):
    if not rule.get('minimum', value) <= value <= rule.get('maximum', value):
      yield f'{where}: {value} is out of bounds'

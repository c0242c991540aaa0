# The string-pack serialiser for Kaitai Struct (https://kaitai.io): a payload
# that is a list of octet strings, Perl's pack "(w/a*)*". It takes lengths of up
# to four groups (268,435,455 octets); longer ones are left to a real decoder.
#
#   kaitai-struct-compiler --target python spec/string_pack.ksy
meta:
  id: forkrpc_string_pack
  title: forkrpc string-pack payload
  license: Apache-2.0
  endian: be
seq:
  - id: strings
    type: string
    repeat: eos
types:
  string:
    seq:
      - id: groups
        type: u1
        repeat: until
        repeat-until: _ < 0x80
        doc: Seven bits each, most significant group first.
      - id: octets
        size: length
    instances:
      last:
        value: groups.size - 1
      length:
        value: >-
          (groups[last] & 0x7f)
          + (last >= 1 ? (groups[last - 1] & 0x7f) << 7 : 0)
          + (last >= 2 ? (groups[last - 2] & 0x7f) << 14 : 0)
          + (last >= 3 ? (groups[last - 3] & 0x7f) << 21 : 0)

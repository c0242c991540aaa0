# The forkrpc wire for Kaitai Struct (https://kaitai.io): one whole direction of
# a connection. The form is agreed out of band, hence the parameter.
#
#   kaitai-struct-compiler --target python spec/wire.ksy
meta:
  id: forkrpc_wire
  title: forkrpc wire, one direction of a connection
  license: Apache-2.0
  endian: be
params:
  - id: has_id
    type: bool
    doc: False for requests of the sync form, true for everything else.
seq:
  - id: frames
    type: frame(has_id)
    repeat: eos
types:
  frame:
    params:
      - id: has_id
        type: bool
    seq:
      - id: id
        type: u4
        if: has_id
        doc: From the child, 0 marks an event. From the parent, never 0.
      - id: length
        type: u4
        doc: Octets of the payload; nothing else is counted.
      - id: payload
        size: length

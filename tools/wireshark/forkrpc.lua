-- Copyright 2026 The forkrpc Authors
-- SPDX-License-Identifier: Apache-2.0

-- The forkrpc wire for Wireshark and tshark; README.md says how to use it.
--
-- Octets do not say of which form a connection is, nor which of its ends is the
-- parent: ports and preferences do, and where they do not nothing is dissected.
-- Wireshark dissects a packet more than once, the first time in the order of the
-- capture. Only then is the state of a stream moved on; what a frame was found to
-- be is kept by its packet's number and its place among the frames that end there.

local forkrpc = Proto("forkrpc", "forkrpc")
-- Sees the packets without octets, too: where a direction ends.
local ends = Proto("forkrpc_end", "forkrpc, end of a direction")

local REQUEST, RESPONSE, EVENT = 1, 2, 3
local KINDS = { [REQUEST] = "request", [RESPONSE] = "response", [EVENT] = "event" }

local fields = {
  form = ProtoField.string("forkrpc.form", "Form"),
  kind = ProtoField.uint8("forkrpc.kind", "Kind", base.DEC, KINDS),
  offset = ProtoField.uint64("forkrpc.offset", "Offset in its direction"),
  id = ProtoField.uint32("forkrpc.id", "Id"),
  length = ProtoField.uint32("forkrpc.length", "Length"),
  payload = ProtoField.bytes("forkrpc.payload", "Payload"),
  string = ProtoField.bytes("forkrpc.string", "String"),
  empty_string = ProtoField.none("forkrpc.empty_string", "String of no octets"),
  call = ProtoField.uint32("forkrpc.call", "Call", base.DEC, nil, nil,
                           "The calls of a stream, counted from 1"),
  response_in = ProtoField.framenum("forkrpc.response_in", "Response in", base.NONE,
                                    frametype.RESPONSE),
  request_in = ProtoField.framenum("forkrpc.request_in", "Request in", base.NONE,
                                   frametype.REQUEST),
  time = ProtoField.relative_time("forkrpc.time", "Time from request to response"),
  continued = ProtoField.bytes("forkrpc.continued", "Payload of a frame that began before"),
}
forkrpc.fields = fields

local end_fields = {
  half_close = ProtoField.string("forkrpc.half_close", "Half-close"),
  reset = ProtoField.string("forkrpc.reset", "Reset"),
  in_flight = ProtoField.uint32("forkrpc.in_flight", "Calls in flight"),
}
ends.fields = end_fields

local function trouble(name, text, group, severity)
  return ProtoExpert.new("forkrpc." .. name, text, group, severity or expert.severity.ERROR)
end

local experts = {
  id_zero = trouble("id_zero", "A request with id 0 (FR-SID-001)", expert.group.PROTOCOL),
  id_in_flight = trouble("id_in_flight", "A request with the id of a call in flight (FR-SID-002)",
                         expert.group.PROTOCOL),
  unknown_id = trouble("unknown_id", "A response to no call in flight (FR-ERR-001)",
                       expert.group.PROTOCOL),
  no_call = trouble("no_call", "A response while no call is in flight (FR-ERR-002)",
                    expert.group.PROTOCOL),
  too_long = trouble("too_long", "A length beyond the limit of the preferences (FR-LIM-002)",
                     expert.group.PROTOCOL),
  behind = trouble("behind", "Octets behind an error: where frames begin is not known",
                   expert.group.UNDECODED, expert.severity.NOTE),
  lost = trouble("lost", "Octets before these are missing or come later: reassemble TCP's " ..
                 "segments out of order (preference of TCP), else frames cannot be told",
                 expert.group.SEQUENCE, expert.severity.WARN),
  not_captured = trouble("not_captured", "A part of the frame was not captured",
                         expert.group.UNDECODED, expert.severity.NOTE),
  cut_header = trouble("cut_header", "The capture cuts a header off: what follows cannot be told",
                       expert.group.UNDECODED, expert.severity.WARN),
  bad_payload = trouble("bad_payload", "The payload is none of the preferences' serialiser",
                        expert.group.MALFORMED, expert.severity.WARN),
  no_form = trouble("no_form", "The form is not known: set forkrpc's preference 'Form', or a port",
                    expert.group.UNDECODED, expert.severity.WARN),
  no_fields = trouble("no_fields", "The first pass could not look at TCP: give tshark -2 a " ..
                      "filter, too, as -Y tcp", expert.group.UNDECODED, expert.severity.WARN),
  no_parent = trouble("no_parent", "Which end is the parent is not known: give the child's port",
                      expert.group.UNDECODED, expert.severity.WARN),
}
forkrpc.experts = experts

local end_experts = {
  cut_frame = trouble("cut_frame", "The direction ends inside a frame (FR-ERR-005)",
                      expert.group.PROTOCOL),
  unanswered = trouble("unanswered", "The child's direction ends with calls in flight (FR-ERR-003)",
                       expert.group.PROTOCOL),
}
ends.experts = end_experts

local UNSET, SYNC, ASYNC = 0, 1, 2
local RAW, STRING_PACK, JSON, CBOR = 0, 1, 2, 3

forkrpc.prefs.async_ports = Pref.range("Ports of the async form", "26226",
  "TCP ports of children, or of parents, that speak the async form", 65535)
forkrpc.prefs.sync_ports = Pref.range("Ports of the sync form", "26227",
  "TCP ports of children, or of parents, that speak the sync form", 65535)
forkrpc.prefs.ports_are = Pref.enum("These ports are", 0,
  "The end that has such a port", { { 1, "the child's", 0 }, { 2, "the parent's", 1 } }, true)
forkrpc.prefs.form = Pref.enum("Form elsewhere", UNSET,
  "The form of a connection on other ports, given by 'Decode As' or found by heuristics",
  { { 1, "not known", UNSET }, { 2, "sync", SYNC }, { 3, "async", ASYNC } }, true)
forkrpc.prefs.max_length = Pref.uint("Longest payload", 16777216,
  "A longer one is marked, and what follows it is not dissected")
forkrpc.prefs.payload = Pref.enum("Payloads are", RAW, "What payloads are shown as",
  { { 1, "octets", RAW }, { 2, "string-pack", STRING_PACK }, { 3, "JSON", JSON },
    { 4, "CBOR", CBOR } }, true)
forkrpc.prefs.heuristics = Pref.bool("Look at any port", false,
  "Take a connection for forkrpc's, of the form above, if its first segment is whole frames")

local tcp_stream = Field.new("tcp.stream")
local tcp_syn = Field.new("tcp.flags.syn")
local tcp_ack = Field.new("tcp.flags.ack")
local tcp_fin = Field.new("tcp.flags.fin")
local tcp_reset = Field.new("tcp.flags.reset")
local tcp_source = Field.new("tcp.srcport")
local tcp_destination = Field.new("tcp.dstport")
local tcp_lost = Field.new("tcp.analysis.lost_segment")

-- By the number of TCP's stream; see new_stream().
local streams = {}

local function new_direction()
  return {
    offset = 0,      -- of the next frame
    skip = 0,        -- octets still to come of a frame that was recorded
    partial = false, -- the beginning of a frame waits for the rest
    stopped = nil,   -- or the expert that says why nothing more is dissected
  }
end

local function new_stream()
  return {
    listener = nil, -- the port that the connection was opened to
    down = new_direction(),
    up = new_direction(),
    calls = 0,
    in_flight = {}, -- by id: a list of calls, in the sync form all under 0
    open_calls = 0,
    -- By the number of a packet: what was found there the first time.
    frames = {},
    pieces = {},
    ends = {},
  }
end

local function stream_of(number)
  streams[number] = streams[number] or new_stream()
  return streams[number]
end

-- Whether a range as preferences have it, "1-3,7", has the number.
local function has_port(range, port)
  for first, last in range:gmatch("(%d+)%-?(%d*)") do
    if port >= tonumber(first) and port <= tonumber(last ~= "" and last or first) then
      return true
    end
  end
  return false
end

local function form_of_port(port)
  if has_port(forkrpc.prefs.async_ports, port) then return ASYNC end
  if has_port(forkrpc.prefs.sync_ports, port) then return SYNC end
  return UNSET
end

-- The form, and whether the packet goes to the child: nil where it is not known.
local function ends_of(source, destination, stream)
  local from, to = form_of_port(source), form_of_port(destination)
  local form, port = forkrpc.prefs.form, stream.listener
  if from ~= UNSET and to == UNSET then
    form, port = from, source
  elseif to ~= UNSET and from == UNSET then
    form, port = to, destination
  elseif to ~= UNSET then
    form = (port == source) and from or to
  end
  if port == nil or source == destination then return form, nil end
  local to_port = destination == port
  if forkrpc.prefs.ports_are == 1 then return form, not to_port end
  return form, to_port
end

-- Calls in flight ------------------------------------------------------------

local function begin_call(stream, form, record)
  local key = form == SYNC and 0 or record.id
  if form == ASYNC and record.id == 0 then record.expert = experts.id_zero end
  local waiting = stream.in_flight[key]
  if waiting == nil then
    waiting = { first = 1, last = 0 }
    stream.in_flight[key] = waiting
  elseif form == ASYNC then
    record.expert = experts.id_in_flight
  end
  stream.calls = stream.calls + 1
  stream.open_calls = stream.open_calls + 1
  record.call = { number = stream.calls, request_in = record.packet, begun = record.time }
  waiting.last = waiting.last + 1
  waiting[waiting.last] = record.call
end

local function end_call(stream, form, record)
  local key = form == SYNC and 0 or record.id
  local waiting = stream.in_flight[key]
  if waiting == nil then
    record.expert = stream.open_calls == 0 and experts.no_call or experts.unknown_id
    return
  end
  local call = waiting[waiting.first]
  waiting[waiting.first] = nil
  waiting.first = waiting.first + 1
  if waiting.first > waiting.last then stream.in_flight[key] = nil end
  stream.open_calls = stream.open_calls - 1
  call.response_in = record.packet
  call.time = record.time - call.begun
  record.call = call
end

-- Payloads ---------------------------------------------------------------------

-- A list of strings, each behind its length as a BER compressed integer: the most
-- significant seven bits first, the highest bit set in all octets but the last.
local function show_strings(payload, tree)
  local octets = payload:bytes()
  local at, size = 0, octets:len()
  while at < size do
    local start, length, octet = at, 0, nil
    repeat
      if at == size then return false end
      octet = octets:get_index(at)
      length = length * 128 + octet % 128
      at = at + 1
    until octet < 128
    if length > size - at then return false end
    if length > 0 then
      tree:add(fields.string, payload(at, length)):append_text(
        string.format(" (%d octets)", length))
    else
      tree:add(fields.empty_string, payload(start, at - start))
    end
    at = at + length
  end
  return true
end

local OTHERS = { [JSON] = "json", [CBOR] = "cbor" }

local function show_payload(payload, whole, pinfo, tree)
  tree:add(fields.payload, payload)
  local how = forkrpc.prefs.payload
  if how == RAW or not whole then return true end
  if how == STRING_PACK then return show_strings(payload, tree) end
  local other = Dissector.get(OTHERS[how])
  local columns = tostring(pinfo.cols.info)
  local good = pcall(function() other:call(payload:tvb(), pinfo, tree) end)
  pinfo.cols.protocol = "forkrpc"
  pinfo.cols.info = columns
  return good
end

-- Frames -----------------------------------------------------------------------

local function title_of(record, form)
  local title = KINDS[record.kind]
  if record.kind ~= EVENT and (form == ASYNC or record.kind == RESPONSE) then
    title = title .. " " .. record.id
  end
  return string.format("%s (%d)", title, record.length)
end

local function show_frame(record, form, range, header, pinfo, tree)
  local item = tree:add(forkrpc, range)
  item:set_text(string.format("forkrpc %s form, %s", form == SYNC and "sync" or "async",
                              title_of(record, form)))
  item:add(fields.form, form == SYNC and "sync" or "async"):set_generated()
  item:add(fields.kind, record.kind):set_generated()
  item:add(fields.offset, UInt64(record.offset % 4294967296,
                                 math.floor(record.offset / 4294967296))):set_generated()
  if header == 8 then item:add(fields.id, range(0, 4)) end
  item:add(fields.length, range(header - 4, 4))
  local call = record.call
  if call ~= nil then
    item:add(fields.call, call.number):set_generated()
    if record.kind == REQUEST and call.response_in ~= nil then
      item:add(fields.response_in, call.response_in):set_generated()
    elseif record.kind == RESPONSE then
      item:add(fields.request_in, call.request_in):set_generated()
      item:add(fields.time, NSTime(math.floor(call.time),
                                   math.floor(call.time % 1 * 1e9 + 0.5))):set_generated()
    end
  end
  if record.expert ~= nil then item:add_proto_expert_info(record.expert) end
  if record.too_long then
    item:add_proto_expert_info(experts.too_long)
    return
  end
  local shown = range:len() - header
  if shown < record.length then item:add_proto_expert_info(experts.not_captured) end
  if shown > 0 and not show_payload(range(header, shown), shown == record.length, pinfo, item) then
    item:add_proto_expert_info(experts.bad_payload)
  end
end

-- What the frame is whose header is there, and what it does to the calls.
local function make_record(stream, direction, down, form, id, length, pinfo)
  local record = {
    kind = down and REQUEST or id == 0 and EVENT or RESPONSE,
    id = id,
    length = length,
    offset = direction.offset,
    packet = pinfo.number,
    time = pinfo.abs_ts,
    too_long = length > forkrpc.prefs.max_length,
  }
  if record.too_long then
    direction.stopped = experts.behind
  elseif down then
    begin_call(stream, form, record)
  elseif id ~= 0 then
    end_call(stream, form, record)
  end
  return record
end

-- A number that counts up within one dissection of one packet.
local function next_in_packet(pinfo, name)
  local number = tonumber(pinfo.private[name] or "0") + 1
  pinfo.private[name] = tostring(number)
  return number
end

local function add_to_columns(text, pinfo)
  pinfo.cols.protocol = "forkrpc"
  local shown = next_in_packet(pinfo, "forkrpc_shown")
  if shown == 1 then
    pinfo.cols.info = text
  elseif shown <= 8 then
    pinfo.cols.info:append(", " .. text)
  elseif shown == 9 then
    pinfo.cols.info:append(", ...")
  end
end

-- Adds what cannot be dissected.
local function show_rest(range, why, text, pinfo, tree)
  local item = tree:add(forkrpc, range)
  item:set_text("forkrpc, " .. text)
  item:add_proto_expert_info(why)
  add_to_columns(text, pinfo)
end

-- One frame at `at`: returns how many octets of the stream it takes here, or nil and how
-- many more are needed.
local function dissect_frame(context, tvb, at, pinfo, tree)
  local direction, form = context.direction, context.form
  local header = context.down and form == SYNC and 4 or 8
  local there, sent = tvb:len() - at, tvb:reported_len() - at
  if there < header then return nil, DESEGMENT_ONE_MORE_SEGMENT end
  local id = header == 8 and tvb(at, 4):uint() or 1
  local length = tvb(at + header - 4, 4):uint()
  local too_long = length > forkrpc.prefs.max_length
  if not too_long and sent < header + length and pinfo.can_desegment > 0 then
    return nil, header + length - sent
  end
  local place = next_in_packet(pinfo, "forkrpc_frames")
  local list = context.stream.frames[pinfo.number] or {}
  context.stream.frames[pinfo.number] = list
  if not pinfo.visited then
    list[place] = make_record(context.stream, direction, context.down, form, id, length, pinfo)
    direction.offset = direction.offset + header + length
    direction.partial = false
    if not too_long and sent < header + length then
      direction.skip = header + length - sent
    end
  end
  local record = list[place]
  if record == nil then return sent end
  local size = too_long and math.min(header, there) or math.min(header + length, there)
  show_frame(record, form, tvb(at, size), header, pinfo, tree)
  add_to_columns(title_of(record, form), pinfo)
  if record.too_long then
    if there > size then
      show_rest(tvb(at + size), experts.behind, "behind an error", pinfo, tree)
    end
    return sent
  end
  return math.min(header + length, sent)
end

-- What the first dissection of a piece of the stream found in front of its frames: octets
-- of a frame before, or why nothing is dissected.
local function make_piece(context, tvb)
  local direction = context.direction
  if direction.stopped == nil and not direction.partial and direction.skip == 0 and
     tcp_lost() ~= nil then
    direction.stopped = experts.lost
  end
  local skip = math.min(direction.skip, tvb:reported_len())
  direction.skip = direction.skip - skip
  return { skip = skip, stopped = direction.stopped }
end

local function dissect_frames(context, tvb, pinfo, tree)
  local place = next_in_packet(pinfo, "forkrpc_pieces")
  local list = context.stream.pieces[pinfo.number] or {}
  context.stream.pieces[pinfo.number] = list
  if not pinfo.visited then list[place] = make_piece(context, tvb) end
  local piece = list[place] or { skip = 0 }
  if piece.stopped ~= nil then
    show_rest(tvb(), piece.stopped, "not dissected", pinfo, tree)
    return tvb:len()
  end
  local at = piece.skip
  if at > 0 then
    local item = tree:add(forkrpc, tvb(0, math.min(at, tvb:len())))
    item:set_text("forkrpc, payload of a frame that began before")
    item:add(fields.continued, tvb(0, math.min(at, tvb:len())))
    add_to_columns("continued", pinfo)
  end
  while at < tvb:reported_len() do
    local taken, needed = nil, DESEGMENT_ONE_MORE_SEGMENT
    if at < tvb:len() then taken, needed = dissect_frame(context, tvb, at, pinfo, tree) end
    if taken == nil and pinfo.can_desegment > 0 then
      if not pinfo.visited then context.direction.partial = true end
      pinfo.desegment_offset = at
      pinfo.desegment_len = needed
      return tvb:len()
    elseif taken == nil then
      if not pinfo.visited then context.direction.stopped = experts.behind end
      local rest = math.min(at, tvb:len() - 1)
      show_rest(tvb(rest), experts.cut_header, "a cut header", pinfo, tree)
      return tvb:len()
    end
    at = at + taken
  end
  return tvb:len()
end

function forkrpc.dissector(tvb, pinfo, tree)
  local number = tcp_stream()
  -- The first pass of tshark -2 has no fields unless a filter needs some.
  if number == nil then return tvb:len() end
  local stream = stream_of(number.value)
  if pinfo.visited and not stream.seen then
    show_rest(tvb(), experts.no_fields, "not dissected", pinfo, tree)
    return tvb:len()
  end
  local form, down = ends_of(pinfo.src_port, pinfo.dst_port, stream)
  if form == UNSET or down == nil then
    stream.seen = true
    show_rest(tvb(), form == UNSET and experts.no_form or experts.no_parent, "not dissected",
              pinfo, tree)
    return tvb:len()
  end
  stream.form = form
  stream.seen = true
  return dissect_frames({
    stream = stream,
    direction = down and stream.down or stream.up,
    down = down,
    form = form,
  }, tvb, pinfo, tree)
end

-- The ends of directions ---------------------------------------------------------

-- What the end of a direction means, found the first time.
local function make_end(stream, down, is_reset)
  local direction = down and stream.down or stream.up
  return {
    sender = down and "parent" or "child",
    in_flight = stream.open_calls,
    cut = direction.partial or direction.skip > 0,
    unanswered = stream.open_calls > 0 and (is_reset or not down),
    is_reset = is_reset,
  }
end

function ends.dissector(_, pinfo, tree)
  local number = tcp_stream()
  if number == nil then return end
  if not pinfo.visited and tcp_syn().value then
    local port = tcp_ack().value and tcp_source().value or tcp_destination().value
    stream_of(number.value).listener = port
  end
  local is_reset = tcp_reset().value
  if not is_reset and not tcp_fin().value then return end
  local stream = streams[number.value]
  if stream == nil then return end
  if not pinfo.visited and tcp_lost() == nil then
    local form, down = ends_of(tcp_source().value, tcp_destination().value, stream)
    local ours = stream.seen or form_of_port(tcp_source().value) ~= UNSET or
                 form_of_port(tcp_destination().value) ~= UNSET
    if ours and form ~= UNSET and down ~= nil then
      stream.ends[pinfo.number] = make_end(stream, down, is_reset)
    end
  end
  local what = stream.ends[pinfo.number]
  if what == nil then return end
  local item = tree:add(ends)
  item:set_text(string.format("forkrpc, %s %s", what.sender,
                              what.is_reset and "breaks off" or "half-closes"))
  item:add(what.is_reset and end_fields.reset or end_fields.half_close, what.sender)
      :set_generated()
  item:add(end_fields.in_flight, what.in_flight):set_generated()
  if what.cut then item:add_proto_expert_info(end_experts.cut_frame) end
  if what.unanswered then item:add_proto_expert_info(end_experts.unanswered) end
  pinfo.cols.info:append(string.format(" [%s %s]", what.sender,
                                       what.is_reset and "breaks off" or "half-closes"))
end

-- Where it is used ------------------------------------------------------------------

local tcp_ports = DissectorTable.get("tcp.port")
local used = {}

local function use_ports()
  for _, range in ipairs(used) do tcp_ports:remove(range, forkrpc) end
  used = {}
  for _, range in ipairs({ forkrpc.prefs.async_ports, forkrpc.prefs.sync_ports }) do
    if range ~= "" then
      tcp_ports:add(range, forkrpc)
      used[#used + 1] = range
    end
  end
end

function forkrpc.prefs_changed() use_ports() end

function forkrpc.init() streams = {} end

-- Whether the octets are frames and nothing else: only then are they taken for ours.
local function are_frames(tvb, header)
  local at, size = 0, tvb:len()
  while at + header <= size do
    local length = tvb(at + header - 4, 4):uint()
    if length > forkrpc.prefs.max_length then return false end
    at = at + header + length
  end
  return size > 0 and at == size
end

local function heuristic(tvb, pinfo, tree)
  if not forkrpc.prefs.heuristics or forkrpc.prefs.form == UNSET then return false end
  local stream = stream_of(tcp_stream().value)
  local form, down = ends_of(pinfo.src_port, pinfo.dst_port, stream)
  if down == nil or not are_frames(tvb, down and form == SYNC and 4 or 8) then return false end
  pinfo.conversation = forkrpc
  forkrpc.dissector(tvb, pinfo, tree)
  return true
end

forkrpc:register_heuristic("tcp", heuristic)
tcp_ports:add_for_decode_as(forkrpc)
register_postdissector(ends)
use_ports()

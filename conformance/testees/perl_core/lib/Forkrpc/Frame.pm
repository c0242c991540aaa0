# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# Frames: octets to (id, payload) and back. No handles here.
#
# Memory follows the octets that have arrived, never a length field. Errors are
# thrown as Forkrpc::Error, with the offset, what was found and the limit.
package Forkrpc::Frame;
use strict;
use warnings;

use constant MAX_FRAME => 16 << 20;    # octets of one received payload

# The connection cannot go on; kind is "protocol", "eof" or "io".
package Forkrpc::Error {
   sub throw {
      my ($class, $kind, $text, $requirement) = @_;
      die bless {kind => $kind, text => $text, requirement => $requirement}, $class;
   }
}

# A frame; the sync form's requests have no id: theirs is undef.
sub encode {
   my ($id, $payload) = @_;
   #= spec/wire.md#FR-FRM-004
   #= spec/wire.md#FR-FRM-005
   return (defined $id ? pack "N", $id : "") . pack("N", length $payload) . $payload;
}

# Cuts a stream into frames, however it was cut into reads. Options: has_id,
# max_frame, and check_id, a sub that gets an id and returns nothing, or a clause
# and a text to refuse the header.
sub decoder {
   my ($class, %options) = @_;
   return bless {
      max_frame => MAX_FRAME,
      check_id  => sub { },
      %options,
      octets => "",
      offset => 0,        # of octets in the stream
      header => undef,    # [id, length] once it is judged
      error  => undef,
   }, $class;
}

# Reads what there is; returns undef if nothing is there yet, else a true value,
# "end" at the end of the stream.
sub read_from {
   my ($self, $handle) = @_;
   my $count = sysread $handle, $self->{octets}, 1 << 16, length $self->{octets};
   return $count || "end" if defined $count;
   #= spec/wire.md#FR-PRC-002
   return undef if $!{EINTR} || $!{EAGAIN};
   Forkrpc::Error->throw("io", "connection lost: $!");
}

# The next [id, payload], or nothing if more octets are needed.
sub next {
   my ($self) = @_;
   #= spec/wire.md#FR-FRM-006
   #= spec/wire.md#FR-FRM-007
   #= spec/wire.md#FR-LIM-005
   die $self->{error} if $self->{error};
   my $size = $self->{has_id} ? 8 : 4;
   return if length $self->{octets} < $size;
   $self->{header} ||= $self->_judge(unpack $self->{has_id} ? "NN" : "N", $self->{octets});
   my ($id, $length) = @{ $self->{header} };
   #= spec/wire.md#FR-LIM-001
   return if length $self->{octets} < $size + $length;
   my $payload = substr $self->{octets}, $size, $length;
   substr $self->{octets}, 0, $size + $length, "";
   $self->{offset} += $size + $length;
   $self->{header} = undef;
   return [$id, $payload];
}

# The stream has ended; throws if that is inside a frame.
sub end {
   my ($self) = @_;
   die $self->{error} if $self->{error};
   my $arrived = length $self->{octets};
   $self->_fail("FR-ERR-005", "end of the stream in a frame of which $arrived octets have arrived")
      if $arrived;
}

sub _judge {
   my ($self, @fields) = @_;
   my $length = pop @fields;
   my ($requirement, $text) = $self->{check_id}->(@fields);
   $self->_fail($requirement, $text) if $requirement;
   #= spec/wire.md#FR-LIM-002
   $self->_fail("FR-LIM-002", "length $length, limit $self->{max_frame}")
      if $length > $self->{max_frame};
   return [@fields ? $fields[0] : undef, $length];
}

sub _fail {
   my ($self, $requirement, $text) = @_;
   my $where = "frame at offset $self->{offset}";
   eval { Forkrpc::Error->throw("protocol", "$where: $text", $requirement) };
   die $self->{error} = $@;
}

1;

# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# Parents: call functions in a child, in the sync or the async form.
#
# 1. A call is in flight from call() until its callback is run, exactly once:
#    $callback->($response), or $callback->(undef, $error).
# 2. on_end is run exactly once, before the callbacks that get the same error; it
#    gets the error, or undef for the clean end. The handle is closed then.
# 3. After the end nothing is read, written or delivered.
#
#    use Forkrpc::Parent;
#    my $parent = Forkrpc::Parent->new("sync", $socket);
#    $parent->call("world", sub { print "$_[0]\n" });
#    $parent->drop;
#    $parent->turn until $parent->ended;
package Forkrpc::Parent;
use strict;
use warnings;
use Errno;
use IO::Handle;
use IO::Select;
use Forkrpc::Frame;

use constant {MAX_UNSENT => 1 << 20, MAX_ID => 0xFFFFFFFF};

# A parent on this full-duplex socket, which it owns and makes non-blocking. Options:
# on_event, on_end, max_frame, max_unsent (octets).
sub new {
   my ($class, $form, $wire, %options) = @_;
   die "form '$form' is neither sync nor async\n" unless $form =~ /^a?sync$/;
   binmode $wire;
   $wire->blocking(0);
   my $self = bless {
      sync => $form eq "sync",
      #= spec/wire.md#FR-EVT-005
      on_event   => sub { },
      on_end     => sub { },
      max_unsent => MAX_UNSENT,
      wire       => $wire,
      output     => "",
      calls      => {},           # id => callback; the sync form does not send ids
      order      => [],           # of the sync form's calls in flight
      last_id    => 0,
      dropped    => 0,
      ended      => 0,
      %options,
   }, $class;
   $self->{decoder} = Forkrpc::Frame->decoder(
      max_frame => $options{max_frame} || Forkrpc::Frame::MAX_FRAME,
      has_id    => 1,
      check_id  => sub { $self->_check_id(@_) },
   );
   return $self;
}

sub ended { $_[0]{ended} }

# Whether more than max_unsent octets of requests wait to be sent: time to pause.
#= spec/wire.md#FR-LIM-008
sub full { length $_[0]{output} > $_[0]{max_unsent} }

# Makes a call; dies if the connection has ended or is dropped.
sub call {
   my ($self, $request, $callback) = @_;
   #= spec/wire.md#FR-ERR-014
   die "call after the end\n" if $self->{ended} || $self->{dropped};
   #= spec/wire.md#FR-SID-002
   #= spec/wire.md#FR-SID-008
   my $id = $self->{last_id};
   do { $id = $id % MAX_ID + 1 } while $self->{calls}{$id};
   $self->{last_id} = $id;
   $self->{calls}{$id} = $callback;
   push @{ $self->{order} }, $id if $self->{sync};
   #= spec/wire.md#FR-FRM-001
   #= spec/wire.md#FR-FRM-002
   $self->{output} .= Forkrpc::Frame::encode($self->{sync} ? undef : $id, $request);
}

# No more calls: half-closes once all requests are sent, then reads on.
sub drop { $_[0]{dropped} ||= 1 }

# Waits for the wire or one of the other handles; reads, writes and runs callbacks.
# Returns those of the other handles that can be read.
sub turn {
   my ($self, @others) = @_;
   my $readers = IO::Select->new(@others);
   my $writers = IO::Select->new;
   #= spec/wire.md#FR-LIM-004
   $readers->add($self->{wire}) unless $self->{ended};
   $writers->add($self->{wire}) if !$self->{ended} && $self->_wants_write;
   my ($readable, $writable) = IO::Select->select($readers, $writers) or return;
   eval {
      $self->_read if grep { $_ eq $self->{wire} } @$readable;
      $self->_write if @$writable && !$self->{ended};
      1;
   } or $self->_finish($@);
   return grep { $_ ne $self->{wire} } @$readable;
}

sub _wants_write {
   my ($self) = @_;
   return length $self->{output} || $self->{dropped} == 1;
}

# Returns whether there may be more to read.
sub _read {
   my ($self) = @_;
   my $read = $self->{decoder}->read_from($self->{wire}) or return 0;
   #= spec/wire.md#FR-ORD-004
   while (my $frame = $self->{decoder}->next) {
      my ($id, $payload) = @$frame;
      #= spec/wire.md#FR-EVT-002
      if ($id == 0) {
         $self->{on_event}->($payload);
      } else {
         #= spec/wire.md#FR-ORD-002
         #= spec/wire.md#FR-SID-007
         $id = shift @{ $self->{order} } if $self->{sync};
         delete($self->{calls}{$id})->($payload);
      }
   }
   $self->_end_of_stream if $read eq "end";
   return $read ne "end";
}

sub _end_of_stream {
   my ($self) = @_;
   $self->{decoder}->end;
   my $count = keys %{ $self->{calls} };
   #= spec/wire.md#FR-ERR-003
   Forkrpc::Error->throw("eof", "end of the stream, $count calls in flight", "FR-ERR-003")
      if $count;
   #= spec/wire.md#FR-CLS-012
   Forkrpc::Error->throw("eof", "the child ended without being asked to")
      unless $self->{dropped};
   #= spec/wire.md#FR-CLS-007
   $self->_finish(undef);
}

sub _write {
   my ($self) = @_;
   local $SIG{PIPE} = sub { };
   while (length $self->{output}) {
      my $count = syswrite $self->{wire}, $self->{output}, 1 << 16;
      if (defined $count) {
         substr $self->{output}, 0, $count, "";
      } elsif ($!{EAGAIN}) {
         return;
      } elsif (!$!{EINTR}) {
         my $why = "$!";
         1 while !$self->{ended} && $self->_read;    # what arrived before counts
         Forkrpc::Error->throw("io", "connection lost: $why");
      }
   }
   return if $self->{dropped} != 1;
   #= spec/wire.md#FR-CLS-001
   shutdown $self->{wire}, 1;
   $self->{dropped} = 2;
}

sub _check_id {
   my ($self, $id) = @_;
   return if $id == 0;
   return "FR-ERR-002", "response with id $id, no call in flight" unless %{ $self->{calls} };
   return if $self->{sync} || $self->{calls}{$id};
   return "FR-ERR-001", "response with id $id, which is not in flight";
}

sub _finish {
   my ($self, $error) = @_;
   die $error if $error && ref $error ne "Forkrpc::Error";    # a callback's
   return if $self->{ended};
   $self->{ended} = 1;
   $self->{output} = "";    # who waits until full() is false waits no more
   #= spec/wire.md#FR-ERR-013
   close $self->{wire};
   $self->{on_end}->($error);
   #= spec/wire.md#FR-ERR-007
   for my $id (sort { $a <=> $b } keys %{ $self->{calls} }) {
      delete($self->{calls}{$id})->(undef, $error);
   }
}

1;

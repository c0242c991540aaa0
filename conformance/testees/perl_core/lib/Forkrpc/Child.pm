# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# Children: answer requests in the sync or the async form.
#
# Writes block while the parent reads slowly: that bounds the output, and the wire
# allows it, because a parent always reads.
#
#    use Forkrpc::Child;
#    exit Forkrpc::Child->new("sync", sub {
#       my ($request, $respond, $event) = @_;
#       $event->("working");
#       $respond->("hello $request");
#    })->run;
package Forkrpc::Child;
use strict;
use warnings;
use Errno;
use IO::Select;
use Forkrpc::Frame;

use constant {EXIT_CLEAN => 0, EXIT_FAILED => 1, EXIT_PROTOCOL => 10};

# A child on descriptors 0 and 1; print goes to standard error from now on. The
# function gets ($request, $respond, $event). It calls $respond once: in the sync
# form before it returns, in the async form at any time. Options: max_frame.
sub new {
   my ($class, $form, $function, %options) = @_;
   die "form '$form' is neither sync nor async\n" unless $form =~ /^a?sync$/;
   #= spec/wire.md#FR-PRC-001
   #= spec/wire.md#FR-PRC-004
   open my $in,  "<&", *STDIN  or die "descriptor 0: $!\n";
   open my $out, ">&", *STDOUT or die "descriptor 1: $!\n";
   binmode $_ for $in, $out;
   open STDIN,  "<",  "/dev/null" or die "/dev/null: $!\n";
   open STDOUT, ">&", *STDERR     or die "descriptor 2: $!\n";
   my $self = bless {
      sync      => $form eq "sync",
      function  => $function,
      in        => $in,
      out       => $out,
      in_flight => {},                 # ids read whole and not yet answered
      watched   => {},                 # descriptor => callback
      readers   => IO::Select->new($in),
   }, $class;
   $self->{decoder} = Forkrpc::Frame->decoder(
      %options,
      has_id   => !$self->{sync},
      check_id => sub { $self->_check_id(@_) },
   );
   return $self;
}

# Async form: runs the callback whenever this handle can be read, so that a function
# can wait for something without keeping the others. Without a callback: no more.
sub watch {
   my ($self, $handle, $callback) = @_;
   my $change = $callback ? "add" : "remove";
   $self->{readers}->$change($handle);
   $self->{watched}{ fileno $handle } = $callback;
}

# Serves until the parent half-closes and all is answered, or an error; returns the
# exit status: 0, 10 if the parent broke the wire, 1 for all else.
sub run {
   my ($self) = @_;
   #= spec/wire.md#FR-ERR-011
   local $SIG{PIPE} = sub { };
   return EXIT_CLEAN if eval { $self->_serve; 1 };
   #= spec/wire.md#FR-ERR-008
   my $error = $@;
   if (ref $error ne "Forkrpc::Error") {
      print STDERR "forkrpc: the function failed: $error";
      return EXIT_FAILED;
   }
   print STDERR "forkrpc-req: $error->{requirement}\n" if $error->{requirement};
   print STDERR "forkrpc: $error->{text}\n";
   return $error->{kind} eq "protocol" ? EXIT_PROTOCOL : EXIT_FAILED;
}

sub _serve {
   my ($self) = @_;
   my $ended;
   until ($ended && !%{ $self->{in_flight} }) {
      for my $handle ($self->{readers}->can_read) {
         if ($handle != $self->{in}) {
            $self->{watched}{ fileno $handle }->();
         } else {
            $ended = ($self->{decoder}->read_from($handle) || "") eq "end";
            #= spec/wire.md#FR-CLS-003
            $self->{readers}->remove($handle) if $ended;
            $self->_start_requests;
         }
      }
      # Nothing is left that could complete a call: it keeps the process.
      sleep if !$self->{readers}->count && %{ $self->{in_flight} };
   }
   #= spec/wire.md#FR-ERR-004
   $self->{decoder}->end;
}

sub _start_requests {
   my ($self) = @_;
   while (my $frame = $self->{decoder}->next) {
      my ($id, $request) = @$frame;
      #= spec/wire.md#FR-SID-005
      $id = 1 unless defined $id;
      $self->{in_flight}{$id} = 1;
      my $respond = sub {
         #= spec/wire.md#FR-ERR-018
         delete $self->{in_flight}{$id} or die "second response to the call with id $id\n";
         #= spec/wire.md#FR-SID-003
         $self->_send($id, $_[0]);
      };
      #= spec/wire.md#FR-EVT-001
      $self->{function}->($request, $respond, sub { $self->_send(0, $_[0]) });
      #= spec/wire.md#FR-ORD-001
      die "no response to a request of the sync form\n"
         if $self->{sync} && $self->{in_flight}{$id};
   }
}

sub _check_id {
   my ($self, $id) = @_;
   return unless defined $id;
   return "FR-ERR-009", "request with id 0" if $id == 0;
   return "FR-ERR-010", "request with id $id, which is in flight" if $self->{in_flight}{$id};
   return;
}

sub _send {
   my ($self, $id, $payload) = @_;
   my $frame = Forkrpc::Frame::encode($id, $payload);
   #= spec/wire.md#FR-LIM-003
   for (my $sent = 0; $sent < length $frame;) {
      my $count = syswrite $self->{out}, $frame, 1 << 16, $sent;
      if (defined $count) {
         $sent += $count;
      } elsif ($!{EAGAIN}) {
         #= spec/wire.md#FR-PRC-005
         IO::Select->new($self->{out})->can_write;
      } elsif (!$!{EINTR}) {
         #= spec/wire.md#FR-CLS-008
         Forkrpc::Error->throw("io", "connection lost: $!");
      }
   }
}

1;

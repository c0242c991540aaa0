#!/usr/bin/perl
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# What differs from version to version of AnyEvent::Fork::RPC, found out by trying each
# that is installed:
#
#    run.pl                # a line for each version and experiment
#    run.pl --check FILE   # and are they what FILE's table says? (spec/differences.md)
#
# A row of the table is `| EXPERIMENT | VERSIONS | WHAT IS SEEN | ... |`, VERSIONS such as
# "1.1 to 1.21" or "2.0".
use strict;
use warnings;
use Cwd ();
use File::Basename ();
use Socket;
use Time::HiRes qw(sleep time);

my $here = Cwd::abs_path(File::Basename::dirname($0));
my @RELEASES = qw(1.1 1.2 1.21 1.22 1.23 1.24 2.0);
use constant PATIENCE => 20;

# Starts a program with a socket on 0 and 1 in which these octets wait already; returns
# the other end and the process.
sub start {
   my ($program, $octets, @args) = @_;
   socketpair my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die "socketpair: $!\n";
   syswrite($ours, $octets) == length $octets or die "the socket holds too little\n";
   my $process = fork // die "fork: $!\n";
   if (!$process) {
      close $ours;
      open STDIN,  "<&", $theirs or die "$!\n";
      open STDOUT, ">&", $theirs or die "$!\n";
      open STDERR, ">", "/dev/null" or die "$!\n";
      close $theirs;
      exec $^X, "-I$here", "-we", "use Notes; no warnings; $program", @args or die "perl: $!\n";
   }
   return ($ours, $process);
}

# Reads until the end, for PATIENCE seconds at most.
sub read_all {
   my ($wire) = @_;
   my $octets = "";
   local $SIG{ALRM} = sub { die "nothing came\n" };
   alarm PATIENCE;
   1 while sysread $wire, $octets, 1 << 16, length $octets;
   alarm 0;
   return $octets;
}

# Whether a process ends within two seconds; if not, it is killed.
sub ended {
   my ($process) = @_;
   my $end = time + 2;
   my $ended;
   sleep 0.01 until ($ended = waitpid($process, 1) == $process) || time > $end;
   return 1 if $ended;
   kill KILL => $process;
   waitpid $process, 0;
   return 0;
}

# Runs a program and returns what it prints.
sub output_of {
   my ($program) = @_;
   open my $pipe, "-|", $^X, "-I$here", "-we", "use Notes; no warnings; $program" or die "perl: $!\n";
   local $/;
   my $said = <$pipe>;
   close $pipe;
   chomp $said;
   return $said;
}

sub request { pack "NN/a*", @_ }

my %EXPERIMENT = (
   # What a new process is told to do.
   "start-up" => sub {
      output_of(q{
         my $notes = Notes->of("F", async => 1, init => "I", serialiser => "(sub { }, sub { })");
         my @args = map { $_ eq "(sub { }, sub { })" ? "SOURCE" : $_ } @{ $notes->{args} };
         print join ", ", @{ $notes->{code} }, "$notes->{function}(WIRE", @args;
         print ")";
      });
   },
   # A call that is never completed, with nothing that could complete it, then the half-close.
   "abandoned call" => sub {
      my ($wire, $process) = start(q{use EV; Notes->of("main::work", async => 1)->serve; sub work { push @main::kept, $_[0] }}, request(1, ""));
      shutdown $wire, 1;
      return "stays" unless ended($process);
      return sprintf "ends with status %d, the call %s", $? >> 8, read_all($wire) eq "" ? "unanswered" : "answered";
   },
   # The parent goes before the child has read a request; the child's response meets nobody.
   "parent gone" => sub {
      my ($wire, $process) = start(q{use EV; Notes->of("main::work", async => 1)->serve; sub work { $_[0]->("x") }}, request(1, ""));
      close $wire;
      return "lives on" unless ended($process);
      return $? ? "ends with a status other than 0" : "ends with status 0";
   },
   # A worker that makes an event and exits in the same turn of its loop.
   "event, then exit" => sub {
      my ($wire, $process) = start(q{
         use EV; use POSIX; Notes->of("main::work", async => 1)->serve;
         sub work { AnyEvent::Fork::RPC::event("e"); defined &AnyEvent::Fork::RPC::flush and AnyEvent::Fork::RPC::flush(); POSIX::_exit(0) }
      }, request(1, ""));
      my $octets = read_all($wire);
      waitpid $process, 0;
      return $octets eq request(0, "e") ? "the event comes: flush" : $octets eq "" ? "the event is lost: no flush" : "?";
   },
   # How often the child reads for 1000 requests of 104 octets that wait for it; buflen_req as given.
   "reads" => sub {
      my @count = map {
         my ($wire, $process) = start(q{
            BEGIN { *CORE::GLOBAL::sysread = sub (*\$$;$) { $main::reads++; CORE::sysread($_[0], ${ $_[1] }, $_[2], $_[3] // 0) } }
            Notes->of("main::work", @ARGV)->serve;
            sub work { $main::reads }
         }, pack("N/a*", "x" x 100) x 1000, @$_);
         shutdown $wire, 1;
         my $octets = read_all($wire);
         waitpid $process, 0;
         $octets =~ /(\d+)$/ ? $1 : "?";
      } [], ["buflen_req", 1 << 16];
      return "$count[0], with buflen_req => 65536 $count[1]";
   },
   # A backend of another version than the parent's.
   "backend of another version" => sub {
      output_of(q{
         my $notes = Notes->of("F");
         my $other = "package AnyEvent::Fork::RPC::Sync; our \$VERSION = " . (AnyEvent::Fork::RPC->VERSION >= 2 ? 1 : 2);
         eval $other;
         $INC{"AnyEvent/Fork/RPC/Sync.pm"} = 1;
         my $done = 1;
         eval "$_; 1" or $done = 0 for @{ $notes->{code} };
         print $done ? "taken" : $@ =~ /version \S+ required/ ? "refused when it is loaded" : $@;
      });
   },
   # The fork object has no connection to hand over.
   "no connection" => sub {
      output_of(q{
         my @said;
         my $notes = Notes->of("F", on_error => sub { push @said, "on_error: $_[0]" });
         eval { $notes->{connected}->(); 1 } or push @said, "dies";
         print join ", ", @said;
      });
   },
   # Which loop a child in the async form runs on EV.
   "loop" => sub {
      my ($wire, $process) = start(q{
         use EV; use Carp; Notes->of("main::work", async => 1)->serve;
         sub work { my $stack = Carp::longmess(""); $_[0]->($stack =~ /Fork::RPC::Async::run/ && $stack =~ /condvar|CondVar|recv/i ? "AE::cv->recv" : "EV::run") }
      }, request(1, ""));
      shutdown $wire, 1;
      my $octets = read_all($wire);
      waitpid $process, 0;
      return substr $octets, 8;
   },
);

my ($mode, $file) = @ARGV;
die "usage: run.pl [--check FILE]\n" if @ARGV && !(@ARGV == 2 && $mode eq "--check");
my @found = map { [split] } `"$^X" "$here/../versions.pl"` or die "no version is installed\n";
my $inherited = $ENV{PERL5LIB};
my %seen;
for (@found) {
   my ($version, $folder) = @$_;
   $ENV{PERL5LIB} = join ":", $folder, length($inherited // "") ? $inherited : ();
   for my $name (sort keys %EXPERIMENT) {
      $seen{$name}{$version} = eval { $EXPERIMENT{$name}->() } // "failed: $@";
      print "$version: $name: $seen{$name}{$version}\n";
   }
}
exit 0 unless $file;

# The table: experiment, versions, what is seen.
my (%said, $wrong);
open my $table, "<", $file or die "$file: $!\n";
while (<$table>) {
   s/\\\|/\0/g;
   my (undef, $name, $versions, $what) = map { s/^\s+|\s+$//gr } split /\|/;
   next unless defined $what && $EXPERIMENT{$name};
   my ($first, $last) = split / to /, $versions;
   for my $version (grep { $_ >= $first && $_ <= ($last // $first) } @RELEASES) {
      $said{$name}{$version} = $what =~ s/`//gr;
   }
}
for my $name (sort keys %EXPERIMENT) {
   for my $version (sort keys %{ $seen{$name} }) {
      my $what = $said{$name}{$version} // "nothing";
      next if $what eq $seen{$name}{$version};
      print "$file says of $version, $name: $what\n";
      $wrong++;
   }
}
exit !!$wrong;

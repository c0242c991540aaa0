#!/usr/bin/perl
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# Finds each version of AnyEvent::Fork::RPC that is installed and writes a manifest for it:
#
#    versions.pl [--write FOLDER]
#
# It looks into the folders of PERL5LIB, into .local/perl and .local/perl-* (as
# `cpanm -l .local/perl-1.24 MLEHMANN/AnyEvent-Fork-RPC-1.24.tar.gz` makes them) and where
# Perl looks by itself. Standard output: a line a version, `VERSION FOLDER MANIFEST`,
# lowest version first; of two folders with one version the first counts. Standard error
# says what was found and is no peer. The exit status is 0 if there is a version.
use strict;
use warnings;
use Cwd ();
use File::Basename ();
use File::Path ();
use JSON::PP ();

my $write = @ARGV == 2 && $ARGV[0] eq "--write" ? $ARGV[1] : undef;
die "usage: versions.pl [--write FOLDER]\n" if @ARGV && !defined $write;
my $here = Cwd::abs_path(File::Basename::dirname($0));

# What a version says of itself when it is loaded with what it needs, or why it is not.
sub version_in {
   my ($folder) = @_;
   local $ENV{PERL5LIB} = join ":", $folder, length($ENV{PERL5LIB} // "") ? $ENV{PERL5LIB} : ();
   my $said = `"$^X" -MAnyEvent::Fork::RPC -e 'print "version ", AnyEvent::Fork::RPC->VERSION' 2>&1`;
   return $said =~ /version (\S+)$/ ? ($1, "") : ("", (split /\n/, $said)[0] // "it ends at once");
}

# The adapters' manifest, with this version's name and folder.
sub manifest {
   my ($version, $folder) = @_;
   open my $file, "<", "$here/testee.json" or die "$here/testee.json: $!\n";
   my $manifest = JSON::PP->new->decode(do { local $/; <$file> });
   $manifest->{name} = "perl-$version";
   $manifest->{version} = "$version";
   $manifest->{env}{PERL5LIB} = join ":", $folder, length($ENV{PERL5LIB} // "") ? $ENV{PERL5LIB} : ();
   for my $role (qw(child parent)) {
      $_->[1] = "$here/$_->[1]" for values %{ $manifest->{$role} };
   }
   return JSON::PP->new->canonical->pretty->encode($manifest);
}

my (%folder, %met);
for my $folder (split(/:/, $ENV{PERL5LIB} // ""), (map { "$_/lib/perl5" } ".local/perl", sort glob ".local/perl-*"), @INC) {
   next unless -e "$folder/AnyEvent/Fork/RPC.pm";
   $folder = Cwd::abs_path($folder);
   next if $met{$folder}++;
   my ($version, $why) = version_in($folder);
   if    ($version eq "")     { print STDERR "perl: $folder: cannot be loaded: $why\n" }
   elsif ($version =~ /^0\./) { print STDERR "perl: $folder: version $version: no peer: native byte order\n" }
   else                       { $folder{$version} ||= $folder }
}

for my $version (sort { $a <=> $b } keys %folder) {
   my $path = "";
   if (defined $write) {
      $path = "$write/perl-$version/testee.json";
      File::Path::make_path(File::Basename::dirname($path));
      open my $file, ">", $path or die "$path: $!\n";
      print $file manifest($version, $folder{$version});
      close $file or die "$path: $!\n";
   }
   print join(" ", $version, $folder{$version}, $path || ()), "\n";
}
exit !%folder;

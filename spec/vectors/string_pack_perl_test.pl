# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# Holds the string-pack vectors against Perl's own pack and unpack "(w/a*)*",
# which is what the original calls. Needs core Perl only.
#
# usage: perl string_pack_perl_test.pl [string_pack.tsv]

use strict;
use warnings;

# "00+61*3" to octets, "-" to none.
sub octets {
   my ($text) = @_;
   $text eq "-" ? "" : join "", map { my ($hex, $count) = split /\*/; (pack "H*", $hex) x ($count // 1) } split /\+/, $text
}

my $failures = 0;

sub complain {
   print STDERR "@_\n";
   $failures++;
}

my $path = $ARGV[0] // $0 =~ s{[^/]*$}{string_pack.tsv}r;
open my $file, "<", $path or die "$path: $!\n";

chomp(my $head = <$file>);
my @columns = split /\t/, $head =~ s/^#//r;
my %tried;

while (my $line = <$file>) {
   chomp $line;
   my %vector;
   @vector{@columns} = split /\t/, $line, -1;
   my $payload = octets $vector{octets};
   my $list = eval { [unpack "(w/a*)*", $payload] };
   my $error = $@;
   $tried{$vector{result}}++;

   if ($vector{original} ne "accepts") {
      complain "$vector{id}: perl accepts it" if $list;
      complain "$vector{id}: perl says '$error'" if !$list && index $error, $vector{original};
      next;
   }

   if (!$list) {
      complain "$vector{id}: perl says '$error'";
      next;
   }

   my @strings = $vector{count} ? map { octets $_ } split /,/, $vector{strings} : ();
   complain "$vector{id}: perl makes another list of it"
      unless @strings == @$list && !grep { $strings[$_] ne $list->[$_] } 0 .. $#strings;
   complain "$vector{id}: perl " . ($vector{result} eq "valid" ? "makes another payload" : "makes this payload too")
      unless ((pack "(w/a*)*", @strings) eq $payload) == ($vector{result} eq "valid");
}

# That all three kinds were there.
for (["valid", 20], ["acceptable", 15], ["invalid", 10]) {
   my ($result, $least) = @$_;
   my $count = $tried{$result} // 0;
   complain "only $count vectors are $result" if $count < $least;
}

exit($failures > 0);

# What a hostile program in the box gets: what opens for writing (nothing is written), sockets that it can make, see or
# reach, namespaces, and seldom used doors of the kernel. The first argument is the grant, in which it may write.
use strict; use Socket; use Fcntl ':mode';
$| = 1;
my @got; my $tried = 0;
my $grant = shift // '/none';
my %harmless = map { $_ => 1 } qw(/dev/null /dev/zero /dev/full /dev/random /dev/urandom);
sub look {
    my ($path) = @_;
    return if $path =~ m{^/dev/(shm|pts|ptmx|tty)} || $path =~ m{^/proc/[^/]+/(task|fd|fdinfo|map_files)(/|$)};
    return if $path =~ m{^/proc/(\d+)} && $1 != $$;
    my @stat = lstat $path or return;
    my $mode = $stat[2];
    return if S_ISLNK($mode);
    $tried++;
    push @got, "a socket in sight: $path" if S_ISSOCK($mode);
    for my $kind (SOCK_STREAM, SOCK_DGRAM) {
        next if length $path > 100;
        socket(my $s, PF_UNIX, $kind, 0) or next;
        push @got, "connected to $path" if connect($s, pack_sockaddr_un($path));
    }
    if (S_ISDIR($mode)) {
        # 2 is for writing, 020000000 a file without a name: nothing is left behind.
        my $own = $path =~ m{^\Q$grant\E(/|$)} || $path =~ m{^/tmp(/|$)};
        push @got, "a file made in $path" if !$own && sysopen my $f, $path, 020200000 | 2, 0600;
        opendir(my $dir, $path) or return;
        my @names = grep { !/^\.\.?$/ } readdir $dir;
        closedir $dir;
        look("$path/$_") for @names;
    } elsif (sysopen(my $f, $path, 1 | 04000)) {
        push @got, "open for writing: $path" unless $harmless{$path} || $path =~ m{^\Q$grant\E/};
    }
}
look($_) for '/proc', '/sys', '/dev', '/etc', '/run', '/var', $grant, @ARGV;
for my $family (0 .. 46) {
    for my $kind (1, 2, 3, 5) {
        next unless socket(my $s, $family, $kind, 0);
        push @got, "a socket of family $family, kind $kind" if $kind == 3 && $family != 1 || !grep { $_ == $family } 1, 2, 10;
    }
}
socketpair(my $a, my $b, 16, 3, 0) and push @got, 'a pair of netlink';
sub try {
    my ($name, @call) = @_;
    my $child = fork;
    if (!$child) { exit(syscall($call[0], @call[1 .. $#call]) >= 0 ? 0 : 1) }
    waitpid $child, 0;
    push @got, $name if $? == 0;
}
try("unshare $_", 272, hex $_) for qw(10000000 20000 40000000 20000000 8000000 4000000 2000000);
my $empty = "tmpfs\0"; my $room = "\0" x 256;
try('mount', 165, $empty, "/tmp\0", $empty, 0, 0);
try('bind', 165, "/usr\0", "/tmp\0", 0, 4096, 0);
try('proc', 165, "proc\0", "/tmp\0", "proc\0", 0, 0);
try('remount', 165, 0, "/proc\0", 0, 32, 0);
try('umount', 166, "/proc\0", 2);
try('chroot', 161, "/tmp\0");
try('setns', 308, 3, 0);
try('keyctl', 250, 0, -3, 1);
try('add_key', 248, "user\0", "x\0", "x", 1, -2);
try('bpf', 321, 0, $room, 72);
try('perf', 298, $room, 0, -1, -1, 0);
try('userfaultfd', 323, 1);
try('io_uring', 425, 4, $room);
try('clone3', 435, $room, 88);
try('ptrace', 101, 0, 0, 0, 0);
try('open_tree', 428, -100, "/tmp\0", 1);
try('fsopen', 430, $empty, 0);
try('personality', 135, 0x0040000);
try('x32', 0x40000000 + 39);
try('a call to come', 467, -100, "/tmp\0", 0, 0, 0);
my $child = syscall(56, 0x10000011, 0, 0, 0, 0);
if ($child == 0 && $! == 0) { exit 0 }
push @got, 'clone with a user namespace' if $child > 0;
if (sysopen(my $terminal, '/dev/ptmx', 2)) {
    my $letter = 'x'; push @got, 'TIOCSTI' if ioctl($terminal, 0x5412, $letter);
}
if (sysopen(my $own, '/proc/self/oom_score_adj', 1)) { push @got, 'oom_score_adj' }
print "user $<: looked at $tried places, got ", scalar(@got), "\n", map { "$_\n" } @got;

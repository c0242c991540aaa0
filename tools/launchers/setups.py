# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""What is put between a parent and its worker: launchers, clients, proxies.

A set-up is what examine.py hands to `forkrpc doctor`. Words in its command:
{} is the probe's command, FORKRPC the program's path, DIR a scratch folder,
PORT where the set-up's server listens, SERVED where probes are served.
"""

import collections

# kind: launcher, client, server or proxy, as the page has them. package: whose
# version is named. command: what doctor starts; empty: it connects to PORT.
# server: what listens at PORT. files: written into DIR first. mend: what makes
# hold what does not. as_is: nothing is put behind the command.
Setup = collections.namedtuple(
    'Setup', 'kind package name command server files mend as_is',
    defaults=((), (), {}, '', False))


def launcher(package, command, mend='', as_is=False):
  words = command if isinstance(command, (list, tuple)) else command.split()
  name = ' '.join(words).replace('FORKRPC -- doctor --probe', '{}')
  return Setup('launcher', package, name.replace('DIR/', ''), words, mend=mend,
               as_is=as_is)


def ssh(package, name, client, server, mend=''):
  """To a server of our own, with a key of our own."""
  return Setup('launcher', package, name, client, server, mend=mend)


def client(package, command, mend=''):
  words = command.split()
  return Setup('client', package, command, words, mend=mend, as_is=True)


def server(package, name, words, files=None, mend=''):
  return Setup('server', package, name, (), words, files or {}, mend)


def proxy(package, name, words, files=None, mend=''):
  return Setup('proxy', package, name, (), words, files or {}, mend)


PTY = 'no terminal: without the option that makes one'
WAIT = 'socat -t SECONDS, or EXEC with nofork in a server'

SSH = ['ssh', '-F', 'none', '-i', 'DIR/key', '-o', 'StrictHostKeyChecking=no',
       '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR', '-p',
       'PORT']
SSHD = ['sshd', '-D', '-e', '-f', 'DIR/sshd_config']
DROPBEAR = ['dropbear', '-F', '-E', '-r', 'DIR/dropbear_key', '-p',
            '127.0.0.1:PORT', '-P', 'DIR/pid']
NGINX = '''daemon off; pid DIR/nginx.pid; error_log stderr;
load_module /usr/lib/nginx/modules/ngx_stream_module.so;
events { }
stream { server { listen 127.0.0.1:PORT; proxy_pass 127.0.0.1:SERVED; %s} }
'''
HAPROXY = '''defaults
  mode tcp
  timeout connect 5s
  timeout client 50s
  timeout server 50s
%s
listen through
  bind 127.0.0.1:PORT
  server there 127.0.0.1:SERVED
'''
XINETD = '''service probe
{
  type = UNLISTED
  socket_type = stream
  protocol = tcp
  bind = 127.0.0.1
  port = PORT
  wait = no
  user = root
  instances = UNLIMITED
  per_source = UNLIMITED
  cps = 1000 1
  server = %s
}
'''
APART = ("a shell in front that parts them: sh -c 'exec WORKER 2>>LOG'")

SETUPS = [
    launcher('dash', ['sh', '-c', 'exec {}']),
    launcher('dash', ['sh', '-c', '{}; exit $?']),
    launcher('dash', ['sh', '-c', '{} & wait $!'],
             'no &, or <&3 with 3<&0 in front'),
    launcher('coreutils', 'env LC_ALL=C'),
    launcher('coreutils', 'nice -n 5'),
    launcher('coreutils', 'nohup', 'env --default-signal=HUP in front of the '
             'worker, if it is to end at SIGHUP'),
    launcher('coreutils', 'stdbuf -o0'),
    launcher('coreutils', 'timeout 600'),
    launcher('coreutils', 'timeout 2', 'a limit beyond the last answer'),
    launcher('coreutils', 'chroot /'),
    launcher('util-linux', 'ionice -c 3'),
    launcher('util-linux', 'taskset -c 0'),
    launcher('util-linux', 'chrt -o 0'),
    launcher('util-linux', 'prlimit --nofile=256'),
    launcher('util-linux', 'setpriv --pdeathsig TERM'),
    launcher('util-linux', 'setsid -w'),
    launcher('util-linux', 'unshare -pf'),
    launcher('util-linux', 'nsenter --uts=/proc/self/ns/uts'),
    launcher('util-linux', 'flock -s DIR/lock', 'flock -o'),
    launcher('util-linux', 'flock -s -o DIR/lock'),
    launcher('util-linux', ['script', '-qec', '{}', '/dev/null'], PTY),
    launcher('util-linux', 'runuser -u nobody --'),
    launcher('util-linux', ['su', '-c', '{}']),
    launcher('util-linux', ['su', '-P', '-c', '{}'], PTY),
    launcher('sudo', 'sudo -n'),
    launcher('sudo', 'sudo -n -u nobody'),
    launcher('opendoas', 'doas -n'),
    launcher('dpkg', 'start-stop-daemon --start --pidfile DIR/pid --startas '
             'FORKRPC -- doctor --probe', as_is=True),
    launcher('runit', 'chpst -u nobody'),
    launcher('daemontools', 'setlock DIR/lock'),
    launcher('daemontools', 'softlimit -o 64'),
    launcher('s6', 's6-setsid'),
    launcher('bubblewrap', 'bwrap --dev-bind / / --unshare-pid'),
    launcher('firejail', 'firejail --quiet --noprofile'),
    launcher('proot', 'proot -r /'),
    launcher('fakeroot', 'fakeroot --'),
    launcher('strace', 'strace -f -o /dev/null'),
    launcher('tini', 'tini -s --'),
    launcher('dumb-init', 'dumb-init --'),
    launcher('catatonit', 'catatonit --'),
    launcher('busybox', ['busybox', 'sh', '-c', '{}; exit $?']),
    launcher('parallel', ['parallel', '--pipe', '{}'],
             'another program: it starts the worker behind the whole input'),
    launcher('expect', 'unbuffer -p', PTY),
    launcher('socat', 'socat - EXEC:{}', WAIT),
    launcher('socat', 'socat -t10 - EXEC:{}',
             'let the worker exit with 0, or take the answers first'),
    launcher('socat', 'socat -t10 - EXEC:{},pty,raw,echo=0', PTY),
    launcher('socat', 'socat -t10 - EXEC:{},stderr', 'without stderr'),
    ssh('openssh-client', 'ssh', SSH + ['127.0.0.1'], SSHD),
    ssh('openssh-client', 'ssh -n', SSH + ['-n', '127.0.0.1'], SSHD,
        'without -n'),
    ssh('openssh-client', 'ssh -tt', SSH + ['-tt', '127.0.0.1'], SSHD,
        'without -tt'),
    ssh('dropbear-bin', 'ssh, to dropbear', SSH + ['127.0.0.1'], DROPBEAR),
    server('socat', 'socat TCP-LISTEN,fork EXEC',
           ['socat', 'TCP-LISTEN:PORT,bind=127.0.0.1,fork,backlog=64',
            'EXEC:{}'], mend=WAIT),
    server('socat', 'socat -t10 TCP-LISTEN,fork EXEC',
           ['socat', '-t10', 'TCP-LISTEN:PORT,bind=127.0.0.1,fork,backlog=64',
            'EXEC:{}'], mend='EXEC with nofork, where it is a server'),
    server('socat', 'socat TCP-LISTEN,fork EXEC,nofork',
           ['socat', 'TCP-LISTEN:PORT,bind=127.0.0.1,fork,backlog=64',
            'EXEC:{},nofork']),
    server('ncat', 'ncat -l -k -e',
           ['ncat', '-l', '-k', '127.0.0.1', 'PORT', '-e', '{}'],
           mend='another program'),
    server('busybox', 'busybox nc -ll -e',
           ['busybox', 'nc', '-ll', '-p', 'PORT', '-e', 'FORKRPC', 'doctor',
            '--probe']),
    server('ucspi-tcp', 'tcpserver',
           ['tcpserver', '-c', '100', '127.0.0.1', 'PORT', 'FORKRPC', 'doctor',
            '--probe']),
    server('ipsvd', 'tcpsvd',
           ['tcpsvd', '-l', 'localhost', '-c', '100', '127.0.0.1', 'PORT', 'FORKRPC', 'doctor',
            '--probe']),
    server('systemd', 'systemd-socket-activate --inetd -a',
           ['systemd-socket-activate', '--inetd', '-a', '-l', '127.0.0.1:PORT',
            'FORKRPC', 'doctor', '--probe']),
    server('xinetd', 'xinetd', ['xinetd', '-dontfork', '-f', 'DIR/xinetd.conf'],
           {'xinetd.conf': XINETD % 'FORKRPC\n  server_args = doctor --probe'}, APART),
    server('xinetd', 'xinetd, a shell in front that parts standard error',
           ['xinetd', '-dontfork', '-f', 'DIR/xinetd.conf'],
           {'xinetd.conf': XINETD % 'DIR/apart',
            'apart': '#!/bin/sh\nexec {} 2>>DIR/log\n'}),
    server('openbsd-inetd', 'inetd', ['inetd', '-i', '-R', '10000',
                                      'DIR/inetd.conf'],
           {'inetd.conf': '127.0.0.1:PORT stream tcp nowait root FORKRPC '
                          'forkrpc doctor --probe\n'}, APART),
    client('netcat-openbsd', 'nc.openbsd 127.0.0.1 SERVED', 'nc -N'),
    client('netcat-openbsd', 'nc.openbsd -N 127.0.0.1 SERVED'),
    client('netcat-traditional', 'nc.traditional 127.0.0.1 SERVED',
           'nc -q SECONDS'),
    client('netcat-traditional', 'nc.traditional -q0 127.0.0.1 SERVED',
           'nc -q SECONDS'),
    client('netcat-traditional', 'nc.traditional -q10 127.0.0.1 SERVED',
           'more seconds, and another program where both ends may send much at '
           'a time'),
    client('ncat', 'ncat 127.0.0.1 SERVED'),
    client('ncat', 'ncat --no-shutdown 127.0.0.1 SERVED',
           'without --no-shutdown'),
    client('busybox', 'busybox nc 127.0.0.1 SERVED',
           'another program, where both ends may send much at a time'),
    client('socat', 'socat - TCP:127.0.0.1:SERVED', WAIT),
    client('socat', 'socat -t10 - TCP:127.0.0.1:SERVED', 'more seconds'),
    proxy('nginx', 'nginx stream', ['nginx', '-c', 'DIR/nginx.conf'],
          {'nginx.conf': NGINX % ''}, 'proxy_half_close on'),
    proxy('nginx', 'nginx stream, proxy_half_close on',
          ['nginx', '-c', 'DIR/nginx.conf'],
          {'nginx.conf': NGINX % 'proxy_half_close on; '}),
    proxy('haproxy', 'haproxy, client and server 50 s',
          ['haproxy', '-db', '-f', 'DIR/haproxy.cfg'],
          {'haproxy.cfg': HAPROXY % ''}, 'timeout tunnel'),
    proxy('haproxy', 'haproxy, timeout tunnel 1h',
          ['haproxy', '-db', '-f', 'DIR/haproxy.cfg'],
          {'haproxy.cfg': HAPROXY % '  timeout tunnel 1h'}),
    proxy('haproxy', 'haproxy, timeout server-fin 1s',
          ['haproxy', '-db', '-f', 'DIR/haproxy.cfg'],
          {'haproxy.cfg': HAPROXY % '  timeout server-fin 1s'},
          'without server-fin; timeout tunnel does not lift it'),
    proxy('socat', 'socat TCP-LISTEN,fork TCP',
          ['socat', 'TCP-LISTEN:PORT,bind=127.0.0.1,fork,backlog=64',
           'TCP:127.0.0.1:SERVED'], mend='socat -t SECONDS'),
    proxy('socat', 'socat -t200 TCP-LISTEN,fork TCP',
          ['socat', '-t200', 'TCP-LISTEN:PORT,bind=127.0.0.1,fork,backlog=64',
           'TCP:127.0.0.1:SERVED']),
    proxy('openssh-client', 'ssh -L',
          ['ssh', '-F', 'none', '-i', 'DIR/key', '-o',
           'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null',
           '-o', 'LogLevel=ERROR', '-N', '-p', 'SSHD', '-L',
           'PORT:127.0.0.1:SERVED', '127.0.0.1']),
    proxy('sslh', 'sslh-select',
          ['sslh-select', '-f', '-p', '127.0.0.1:PORT', '--anyprot',
           '127.0.0.1:SERVED'], mend='take the answers first'),
    proxy('redir', 'redir',
          ['redir', '-n', '127.0.0.1:PORT', '127.0.0.1:SERVED'],
          mend='take the answers first'),
    proxy('rinetd', 'rinetd', ['rinetd', '-f', '-c', 'DIR/rinetd.conf'],
          {'rinetd.conf': '127.0.0.1 PORT 127.0.0.1 SERVED\n'},
          'take the answers first'),
    proxy('pen', 'pen', ['pen', '-f', '127.0.0.1:PORT', '127.0.0.1:SERVED'],
          mend='take the answers first'),
    proxy('stunnel4', 'stunnel, at both ends',
          ['sh', '-c', 'stunnel DIR/there.conf & exec stunnel DIR/here.conf'],
          {'there.conf': 'foreground = yes\npid =\ncert = DIR/cert.pem\n'
                         '[there]\naccept = 127.0.0.1:OTHER\n'
                         'connect = 127.0.0.1:SERVED\n',
           'here.conf': 'foreground = yes\npid =\n[here]\nclient = yes\n'
                        'accept = 127.0.0.1:PORT\n'
                        'connect = 127.0.0.1:OTHER\n'},
          'TIMEOUTclose for late answers; take the answers first for large ones'),
]

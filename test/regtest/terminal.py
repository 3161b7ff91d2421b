"""Runs a command in a pseudo-terminal whose screen is stdout and whose keyboard is stdin.

Ends with the command's exit code. Whoever reads the one and writes the other plays the human.
"""
import fcntl
import os
import pty
import select
import struct
import sys
import termios

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])

# Wide enough for no question to be broken in two.
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 250, 0, 0))
sources = {terminal: 1, 0: terminal}
while terminal in sources:
    for source in select.select(list(sources), [], [])[0]:
        try:
            data = os.read(source, 65536)
        except OSError:
            data = b""
        if data:
            os.write(sources[source], data)
        else:
            del sources[source]
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

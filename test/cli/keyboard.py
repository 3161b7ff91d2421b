"""Runs a command in a pseudo-terminal and plays a human.

Arguments: a JSON list of [text to wait for, what to type then], and the command line.
Prints all that the terminal showed; ends with the command's exit code, or 99 when a text never came.
"""
import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios
import time

script, command = json.loads(sys.argv[1]), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)

fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
seen, deadline = b"", time.monotonic() + 20
position = 0


def read():
    global seen
    if not select.select([terminal], [], [], max(0, deadline - time.monotonic()))[0]:
        return False
    try:
        data = os.read(terminal, 65536)
    except OSError:
        data = b""
    seen += data
    return data != b""


def show():
    sys.stdout.buffer.write(seen)
    sys.stdout.flush()


for text, keys in script:
    while (at := seen.find(text.encode(), position)) < 0:
        if not read():
            show()
            sys.exit(99)
    position = at + len(text.encode())
    for key in keys:
        # Each key by itself, as a keyboard sends it.
        os.write(terminal, key.encode())
        time.sleep(0.05)
while read():
    pass
show()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

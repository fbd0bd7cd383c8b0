"""Runs a command under a seccomp filter that refuses bpf(2) with EPERM, as containers do.

    python3 seccomp.py [--no CALL] COMMAND [ARG…]

CALL is bpf, or unshare.
"""
import ctypes
import os
import platform
import struct
import sys

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
NUMBERS = {"x86_64": {"bpf": 321, "unshare": 272}, "aarch64": {"bpf": 280, "unshare": 97}}
command, refused = sys.argv[1:], "bpf"
if command[0] == "--no":
    refused, command = command[1], command[2:]
number = NUMBERS[platform.machine()][refused]
LOAD_NR, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ERRNO_EPERM = 0x7FFF0000, 0x00050001

instructions = [(LOAD_NR, 0, 0, 0), (JUMP_EQUAL, 0, 1, number), (RETURN, 0, 0, ERRNO_EPERM),
                (RETURN, 0, 0, ALLOW)]
program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *i) for i in instructions))


class Filter(ctypes.Structure):
    _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


libc = ctypes.CDLL(None, use_errno=True)
f = Filter(len(instructions), ctypes.addressof(program))
if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(f), 0, 0) != 0:
    sys.exit(os.strerror(ctypes.get_errno()))
os.execvp(command[0], command)

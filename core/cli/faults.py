"""Faults of the machine as one line: a full disk, a folder that may not be written, a file that is gone.

What a command has written by then is whole: long work is kept line by line or put in place in one step, and the same
command goes on from there.
"""

import errno
import os
import sys

_WHAT = {
    errno.ENOSPC: "the disk is full", errno.EDQUOT: "the quota of the disk is used up",
    errno.EFBIG: "the file is larger than is allowed here", errno.EROFS: "it can only be read",
    errno.EACCES: "it is not allowed", errno.EPERM: "it is not allowed", errno.EIO: "the disk does not answer",
    errno.EMFILE: "too many files are open", errno.ENOENT: "it is not there",
    errno.ENOTDIR: "a part of its path is a file", errno.EISDIR: "it is a folder", errno.EEXIST: "it is there already",
}  # fmt: skip
_MENDED = "Mend that and give the same command again: what long work has written is kept, and --resume goes on with it."


def sentence(error: OSError) -> str:
    """What happened to which file, and what to do."""
    name = error.filename if isinstance(error.filename, str) else ""
    what = _WHAT.get(error.errno or 0, error.strerror or str(error) or type(error).__name__)
    return f"Cannot read or write {name or 'a file'}: {what}. {_MENDED}"


def let_go() -> None:
    """Give up on a standard output that takes nothing more, which would end the process in a trace once again."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

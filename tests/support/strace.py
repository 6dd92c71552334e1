"""The calls of a program as the kernel saw them, read from strace's output."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.support.disk import Event

_CALLS = "openat,pwrite64,write,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,ftruncate,close,mkdir,access"
_LINE = re.compile(r"(?:\[pid\s+\d+\] |\d+ +)?(\w+)\((.*)\)\s+= (-?\d+|0x\w+)")
_CUT = re.compile(r"((?:\[pid\s+\d+\] |\d+ +)?)(\w+\(.*?) *<unfinished \.\.\.>$")
_REST = re.compile(r"((?:\[pid\s+\d+\] |\d+ +)?)<\.\.\. \w+ resumed>(.*)$")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
SIGN = "/fika-said/"


def sign(number: int) -> None:
    """Leave a number in the trace: a question for a file that nobody has."""
    os.access(f"{SIGN}{number}", os.F_OK)


def events(command: list[str], where: Path, folder: Path, environment: dict[str, str]) -> list[Event]:
    """Run the program; returns what it did to the folder."""
    assert shutil.which("strace"), "strace is missing: apt-get install strace"
    trace = where / "trace"
    options = ["-f", "--seccomp-bpf", "-xx", "-s", "2000000", "-e", f"trace={_CALLS}", "-o", str(trace)]
    subprocess.run(["strace", *options, *command], env=environment, check=True, timeout=240)
    return read(trace.read_text(), str(folder))


def read(text: str, folder: str) -> list[Event]:
    """The events in a trace; a call counts where it was finished."""
    found: list[Event] = []
    open_files: dict[int, int] = {}
    names: dict[str, int] = {}
    folders: set[int] = set()
    count = 0
    for line in _whole_lines(text):
        match = _LINE.match(line)
        if match is None or match[3].startswith("-"):
            if match and match[1] == "access" and (said := _texts(match[2])) and said[0].startswith(SIGN):
                found.append(Event("said", fact=int(said[0].removeprefix(SIGN))))
            continue
        call, arguments, result = match[1], match[2], int(match[3], 0)
        paths = _texts(arguments) if call not in ("write", "pwrite64") else []
        inside = [path.removeprefix(folder + "/") for path in paths if path.startswith(folder + "/")]
        if call == "openat":
            open_files.pop(result, None)
            folders.discard(result)
            if inside:
                name = inside[0]
                if name not in names:
                    count += 1
                    names[name] = count
                    found.append(Event("create", count, name))
                elif "O_TRUNC" in arguments:
                    found.append(Event("truncate", names[name], at=0))
                open_files[result] = names[name]
            elif paths == [folder]:
                folders.add(result)
        elif call == "close":
            open_files.pop(int(arguments), None)
            folders.discard(int(arguments))
        elif call in ("rename", "renameat", "renameat2") and inside:
            names[inside[1]] = names.pop(inside[0])
            found.append(Event("rename", names[inside[1]], inside[0], inside[1]))
        elif call in ("unlink", "unlinkat") and inside:
            names.pop(inside[0])
            found.append(Event("unlink", name=inside[0]))
        elif call in ("write", "pwrite64", "fsync", "fdatasync", "ftruncate"):
            fd = int(arguments.partition(",")[0])
            if fd in folders:
                found.append(Event("sync_folder"))
            elif fd in open_files:
                found.append(_on_file(call, open_files[fd], arguments, result))
    return found


def _whole_lines(text: str) -> Iterator[str]:
    """A call during which something else happened (another thread that ended is enough) is told in two lines; here it is one."""
    begun: dict[str, str] = {}
    for line in text.splitlines():
        if cut := _CUT.match(line):
            begun[cut[1]] = cut[2]
        elif (rest := _REST.match(line)) and rest[1] in begun:
            yield f"{rest[1]}{begun.pop(rest[1])}{rest[2]}"
        else:
            yield line


def _on_file(call: str, file: int, arguments: str, result: int) -> Event:
    if call in ("fsync", "fdatasync"):
        return Event("sync", file)
    if call == "ftruncate":
        return Event("truncate", file, at=int(arguments.rpartition(",")[2]))
    assert call == "pwrite64", "the vault writes at places that it names"
    text = _TEXT.search(arguments)
    assert text is not None
    assert text[2] is None, "strace cut a write short"
    data = bytes.fromhex(text[1].replace("\\x", ""))
    return Event("write", file, at=int(arguments.rpartition(",")[2]), data=data[:result])


def _texts(arguments: str) -> list[str]:
    return [bytes.fromhex(match[1].replace("\\x", "")).decode() for match in _TEXT.finditer(arguments)]

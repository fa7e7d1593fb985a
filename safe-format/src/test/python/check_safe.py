#!/usr/bin/env python3
"""check_safe.py FILE...: is this a .safe archive in its one byte form? Written from FORMAT.md alone; needs only Python 3."""
import re, struct, sys, zlib

SEGMENT = re.compile(r"[A-Za-z0-9._-]+\Z")
DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?\Z", re.I | re.S)

def fail(why):
    raise ValueError(why)

def check_names(names):
    seen = {}
    for name in names:
        for s in name.split("/"):
            if not SEGMENT.match(s) or s.endswith(".") or DEVICE.match(s):
                fail("name %r" % name)
        if len(name) > 200:
            fail("name too long")
        if name.lower() in seen:
            fail("one name twice: %r" % name)
        seen[name.lower()] = name
    for name in seen:
        parts = name.split("/")
        if any("/".join(parts[:i]) in seen for i in range(1, len(parts))):
            fail("a file is a folder: %r" % name)

def encode(files):
    local, central = b"", b""
    for name in sorted(files):
        data, executable = files[name]
        common = struct.pack("<HHHHIIIHH", 0x0800, 0, 0, 0x0021, zlib.crc32(data), len(data), len(data), len(name), 0)
        mode = (0o100755 if executable else 0o100644) << 16
        central += struct.pack("<IHH", 0x02014B50, 0x030A, 10) + common + struct.pack("<HHHII", 0, 0, 0, mode, len(local)) + name.encode()
        local += struct.pack("<IH", 0x04034B50, 10) + common + name.encode() + data
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, len(files), len(files), len(central), len(local), 0)
    return local + central + end

def check(data):
    if len(data) > 64 << 20:
        fail("more than 64 MiB")
    files, at = {}, 0
    while data[at:at + 4] == b"PK\3\4":
        flags, method, size, n, extra = struct.unpack_from("<HH", data, at + 6) + struct.unpack_from("<IHH", data, at + 22)
        name, begin = data[at + 30:at + 30 + n].decode("latin-1"), at + 30 + n
        if flags & 9 or method or extra or begin + size > len(data) or name in files or len(files) >= 2000:
            fail("entry %r" % name)
        files[name], at = [data[begin:begin + size], False], begin + size
    check_names(files)
    for name in sorted(files):
        files[name][1] = bool(data[at + 40] & 0o100) if at + 46 <= len(data) else fail("cut off")
        at += 46 + struct.unpack_from("<H", data, at + 28)[0]
    if not files or encode(files) != data:
        fail("not the one byte form")

for path in sys.argv[1:]:
    try:
        check(open(path, "rb").read())
        print("good", path)
    except (ValueError, struct.error, IndexError) as e:
        print("BAD ", path, e)

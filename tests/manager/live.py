"""The data that agents would report into Redis, for the rows of fill.sql."""

from __future__ import annotations

import json
import socket
import struct

from home import Failure, Home

# Databases of the manager: measurements, and the state of the scheduler.
STATISTICS, SCHEDULE = 0, 2


def metric(current: str, capacity: str, pct: str, unit: str) -> dict:
    return {"current": current, "capacity": capacity, "pct": pct, "unit_hint": unit,
            "stats.max": current, "stats.avg": current}


NODE = {
    "cpu_util": metric("150.5", "3200", "4.70", "percent"),
    "mem": metric("4294967296", "137438953472", "3.13", "bytes"),
    "cuda_util": metric("50", "100", "50.00", "percent"),
}
AGENT = {"timestamp": "1709251200", "node": NODE, "devices": {"cpu_util": {"0": NODE["cpu_util"]}}}
KERNEL = {"cpu_used": metric("1500", "0", "0.00", "msec"), "mem": NODE["mem"]}

KEYS: dict[int, dict[str, bytes]] = {}


def pack(value: dict | str) -> bytes:
    """MessagePack, limited to maps of strings."""
    if isinstance(value, str):
        text = value.encode()
        return struct.pack(">BB", 0xD9, len(text)) + text
    return struct.pack(">BH", 0xDE, len(value)) + b"".join(pack(k) + pack(v) for k, v in value.items())


KEYS[STATISTICS] = {
    "i-fill-gpu": pack(AGENT),
    "container_count.i-fill-gpu": b"1",
    "gpu_alloc_map.i-fill-gpu": json.dumps({"f0000018-0000-4000-8000-000000000001": 0.5}).encode(),
    "f0000007-0000-4000-8000-000000000001": pack(KERNEL),
    "f0000006-0000-4000-8000-000000000001": pack(KERNEL),
}
KEYS[SCHEDULE] = {
    "pending_queue:fill-gpu": json.dumps(["f0000006-0000-4000-8000-000000000003",
                                          "f0000006-0000-4000-8000-000000000002"]).encode(),
}


def command(*words: bytes) -> bytes:
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


def call(home: Home, *commands: bytes) -> None:
    with socket.create_connection(("127.0.0.1", home.port("redis")), timeout=3) as line:
        line.sendall(b"".join(commands) + command(b"QUIT"))
        answer = b"".join(iter(lambda: line.recv(4096), b""))
    if b"-" in [reply[:1] for reply in answer.split(b"\r\n")]:
        raise Failure(f"Redis refused: {answer.decode()}")


def clear(home: Home) -> None:
    for database, keys in KEYS.items():
        call(home, command(b"SELECT", b"%d" % database), command(b"DEL", *(key.encode() for key in keys)))


def fill(home: Home) -> None:
    for database, keys in KEYS.items():
        call(home, command(b"SELECT", b"%d" % database),
             *(command(b"SET", key.encode(), value) for key, value in keys.items()))

"""What a reward server takes: requests a second, latencies, and seconds of a processor, for arithmetic.

    python -m tests.audits.server_load --seconds 3

One client, of as many connections, each of which asks again when it has its answer.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time

import numpy as np

from formal_envs.adapters.rows import rows
from tests.support.served import server

CONNECTIONS = 16
_TICKS = os.sysconf("SC_CLK_TCK")


def request(rows_of_it):
    body = json.dumps({"rows": rows_of_it}).encode()
    head = f"POST /score HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return f"{head}\r\n\r\n".encode() + body


def requests(size):
    """Some requests of rows with right and wrong completions, by prompt."""
    problems = list(rows("FormalArith-v0", 64 * size))
    made = [
        {"env": "FormalArith-v0", "prompt": row["prompt"], "completion": row["solution"] if place % 2 else "7"}
        for place, row in enumerate(problems)
    ]
    return [request(made[first : first + size]) for first in range(0, len(made), size)]


async def ask(port, asked, until, latencies):
    """Ask by one connection until a time; the latency of each request is added."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    place = 0
    while time.perf_counter() < until:
        begun = time.perf_counter()
        writer.write(asked[place % len(asked)])
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 "), head
        length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
        latencies.append(time.perf_counter() - begun)
        place += 1
    writer.close()


async def load(port, asked, seconds):
    latencies = []
    until = time.perf_counter() + seconds
    await asyncio.gather(*(ask(port, asked, until, latencies) for _ in range(CONNECTIONS)))
    return latencies


def cpu_seconds(pids):
    """Seconds of a processor that the processes have had."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    seconds = parser.parse_args().seconds
    print("workers rows requests/s rows/s p50_ms p99_ms server_cpu_us_per_row workers_cpu_us_per_row")
    for workers in (1, 2):
        with tempfile.TemporaryDirectory() as folder, server(folder, "FormalArith-v0", "--workers", str(workers)) as up:
            for size in (1, 256):
                asked = requests(size)
                asyncio.run(load(up.port, asked, 0.5))  # warm
                main_pid, pids = [up.process.pid], up.workers()
                before = cpu_seconds(main_pid), cpu_seconds(pids)
                begun = time.perf_counter()
                latencies = asyncio.run(load(up.port, asked, seconds))
                passed = time.perf_counter() - begun
                used = cpu_seconds(main_pid) - before[0], cpu_seconds(pids) - before[1]
                count, scored = len(latencies), len(latencies) * size
                p50, p99 = np.percentile(latencies, [50, 99]) * 1e3
                print(
                    f"{workers} {size} {count / passed:.0f} {scored / passed:.0f} {p50:.1f} {p99:.1f} "
                    f"{used[0] / scored * 1e6:.1f} {used[1] / scored * 1e6:.1f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()

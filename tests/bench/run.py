#!/usr/bin/env python3
"""Runs every benchmark and prints each figure beside its limit of the same run: run.py BUILD_DIRECTORY [--short].

Exits with 1 when a bar is missed. Everything stays on loopback, and shares the machine's cores: the load with the
program, and the load with the bare server.
"""
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

SECRET = "bench-secret"
CONNECTIONS = (1, 64, 256)
ROUNDS = 7
STARTS = 5
LEAST_SHARE, MOST_LOOKUP_US, MOST_START_S, MOST_RSS_MB = 0.5, 1000, 0.5, 60
MOST_AMONG_MANY_US = 2000


class Bench:
    def __init__(self, build, short):
        self.build, self.requests, self.rows, self.missed = os.path.abspath(build), 4000 if short else 10000, [], 0
        self.first = 1

    def program(self, name):
        return os.path.join(self.build, name)

    def row(self, what, ours, limit="", ratio="", bar="", held=True):
        self.rows.append((what, ours, limit, ratio, bar if held else bar + "  MISSED"))
        self.missed += not held

    def load(self, port, connections, *flags):
        """One run against a port; its numbers are never used again, so that no message looks repeated."""
        requests = self.requests // 4 if connections == 1 else self.requests
        out = subprocess.run([self.program("load"), "--port", str(port), "--secret", SECRET, "--connections", str(connections),
                              "--requests", str(requests), "--first", str(self.first), *flags],
                             capture_output=True, text=True, check=True).stdout
        self.first += requests
        result = json.loads(out)
        assert result["requests"] and not result["errors"] and not result["wrong"], result
        return result


@contextlib.contextmanager
def running(command, **options):
    process = subprocess.Popen(command, **options)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)
        if process.stdout:
            process.stdout.close()


def wait_ready(url, process, patience_s=20):
    give_up = time.monotonic() + patience_s
    while time.monotonic() < give_up:
        with contextlib.suppress(OSError), urllib.request.urlopen(url + "/readyz", timeout=1) as response:
            if response.status == 200:
                return
        assert process.poll() is None, "the program ended"
        time.sleep(0.002)
    raise AssertionError("never ready")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def house_config(directory, port):
    path = os.path.join(directory, "lastmeter.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'''[server]
listen = "127.0.0.1:{port}"
[store]
url = "sqlite:{directory}/lastmeter.db"
[[account]]
id = "qq"
platform = "onebot11"
secret = "{SECRET}"
reply_via = "quick"
''')
    return path


def measure_answers(bench, directory):
    """Both servers live throughout; the rounds alternate, and each figure is the median round's."""
    port = free_port()
    log = open(os.path.join(directory, "log"), "w", encoding="utf-8")
    ours = [bench.program("lastmeter"), "serve", "--config", house_config(directory, port)]
    bare = [bench.program("bare_server"), SECRET]
    with log, running(ours, stdout=log, stderr=log) as house, running(bare, stdout=subprocess.PIPE, text=True) as limit:
        wait_ready(f"http://127.0.0.1:{port}", house)
        bare_port = int(limit.stdout.readline().rsplit(":", 1)[1])
        for connections in CONNECTIONS:
            compare(bench, port, bare_port, connections, f"webhook → answer, {connections} connections", bar=True)
        compare(bench, port, bare_port, 64, "  the same, no text twice, 64 connections", "--new-texts")


def compare(bench, port, bare_port, connections, what, *flags, bar=False):
    rounds = [(bench.load(port, connections, *flags), bench.load(bare_port, connections, "--always-answered", *flags))
              for _ in range(ROUNDS)]
    mine, theirs = sorted(rounds, key=lambda one: one[0]["per_second"] / one[1]["per_second"])[ROUNDS // 2]
    ratio = mine["per_second"] / theirs["per_second"]
    bench.row(what, f"{mine['per_second']:,.0f}/s", f"{theirs['per_second']:,.0f}/s bare", f"{100 * ratio:.0f} %",
              f"≥ {100 * LEAST_SHARE:.0f} %" if bar else "", not bar or ratio >= LEAST_SHARE)
    bench.row("  p50, p99", f"{mine['p50_us'] / 1000:.2f}, {mine['p99_us'] / 1000:.2f} ms",
              f"{theirs['p50_us'] / 1000:.2f}, {theirs['p99_us'] / 1000:.2f} ms")


def measure_index(bench):
    out = subprocess.run([bench.program("index_bench"), bench.program("knowledge.model"), "--benchmark_format=json"],
                         capture_output=True, text=True, check=True).stdout
    for one in json.loads(out)["benchmarks"]:
        name = one["name"].split("/iterations")[0]
        bench.row(f"index: {name}", f"{1e6 / one['cpu_time']:,.0f}/s")
        most_us = MOST_AMONG_MANY_US if "among" in name else MOST_LOOKUP_US
        bench.row("  p50, p99", f"{one['p50_us']:.0f}, {one['p99_us']:.0f} us", "", "", f"p99 ≤ {most_us} us",
                  one["p99_us"] <= most_us)


def measure_ledger(bench):
    with tempfile.TemporaryDirectory(dir=bench.build) as directory:
        out = subprocess.run([bench.program("ledger_bench"), directory], capture_output=True, text=True, check=True).stdout
    result = json.loads(out)
    for what, name in (("fan-out of 100,000 groups", "fan_out"), ("ledger, claim → sent", "cycles")):
        ours, bare = result[name], result["bare_" + name]
        bench.row(what, f"{ours:,.0f} rows/s", f"{bare:,.0f} rows/s bare", f"{100 * ours / bare:.0f} %")


def memory_mb(pid):
    """VmRSS, and the part of it that no file backs."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        kib = {line.split(":")[0]: int(line.split()[1]) for line in file if line.startswith(("VmRSS", "RssAnon"))}
    return kib["VmRSS"] / 1024, kib["RssAnon"] / 1024


def computed_s(pid):
    """Processor time of a process so far, all threads."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def start_demo(bench, directory):
    """Seconds from the start to /readyz, processor seconds until then, and the memory a moment later."""
    port = free_port()
    command = [bench.program("lastmeter"), "demo", "--data", directory, "--listen", f"127.0.0.1:{port}"]
    start = time.monotonic()
    with running(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as house:
        wait_ready(f"http://127.0.0.1:{port}", house)
        took, computed = time.monotonic() - start, computed_s(house.pid)
        time.sleep(1.5)
        return took, computed, memory_mb(house.pid)


def measure_start(bench):
    with tempfile.TemporaryDirectory(dir=bench.build) as directory:
        first, first_computed, _ = start_demo(bench, directory)
        starts = [start_demo(bench, directory) for _ in range(STARTS)]
    took, computed = (statistics.median(start[part] for start in starts) for part in (0, 1))
    rss, private = (statistics.median(memory[part] for *_, memory in starts) for part in (0, 1))
    bench.row("demo: start to /readyz", f"{took:.2f} s", f"{computed:.2f} s computed", "", f"≤ {MOST_START_S} s",
              took <= MOST_START_S)
    bench.row("  the very first, with the import of 2,117 units", f"{first:.2f} s", f"{first_computed:.2f} s computed")
    bench.row("demo: RSS, idle", f"{rss:.1f} MB", "", "", f"≤ {MOST_RSS_MB} MB", rss <= MOST_RSS_MB)
    bench.row("  of it anonymous", f"{private:.1f} MB")


def width(text):
    return sum(2 if ord(c) >= 0x2E80 else 1 for c in text)


def main(build, short=""):
    bench = Bench(build, bool(short))
    measure_start(bench)
    measure_index(bench)
    with tempfile.TemporaryDirectory(dir=bench.build) as directory:
        measure_answers(bench, directory)
    measure_ledger(bench)
    rows = [("", "ours", "limit", "ratio", "bar"), *bench.rows]
    widths = [max(width(row[i]) for row in rows) for i in range(5)]
    for row in rows:
        print("  ".join(cell + " " * (widths[i] - width(cell)) for i, cell in enumerate(row)).rstrip())
    print(f"{bench.missed} bars missed" if bench.missed else "every bar held")
    return 1 if bench.missed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

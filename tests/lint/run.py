"""clang-tidy and the co_await query over every source of ours, two at a time, skipping what is unchanged since it was clean.

    run.py BUILD_DIR [PREFIX…]     PREFIX limits to files below it, as bot/net; stamps live in build/lint
"""
import concurrent.futures
import hashlib
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
STAMPS = ROOT / "build" / "lint"
AT_ONCE = 2
INCLUDE = re.compile(rb'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
TIDY, QUERY = "clang-tidy-22", "clang-query-22"
# The commands in the database are g++'s.
FOR_CLANG = ["--extra-arg=-Wno-unknown-warning-option", "--extra-arg=-Wno-error"]


def contents(path, known={}):
    if path not in known:
        known[path] = path.read_bytes()
    return known[path]


def with_includes(source):
    """The source and every file of ours that it includes, directly or not."""
    seen, ahead = set(), [source]
    while ahead:
        one = ahead.pop()
        if one in seen:
            continue
        seen.add(one)
        for name in INCLUDE.findall(contents(one)):
            for place in (ROOT, one.parent):
                if (place / name.decode()).is_file():
                    ahead.append((place / name.decode()).resolve())
                    break
    return sorted(seen)


def awaits(source):
    """Whether the source, or a header of ours in it, is made of coroutines."""
    return any(b"co_await" in contents(one) for one in with_includes(source))


def tidy(source, build):
    """What clang-tidy says about `source`; empty: nothing.

    Its path analysis takes every suspended coroutine frame for uninitialised, so it looks only at the other sources.
    """
    without = ["--checks=-clang-analyzer-*"] if awaits(source) else []
    done = subprocess.run([TIDY, "-p", build, "--quiet", *FOR_CLANG, *without, source], capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def say_query(source, *command):
    done = subprocess.run([QUERY, "-f", HERE / "co_await.query", source, *command], capture_output=True, text=True)
    return done, done.stdout + done.stderr


def ask_query(source, build):
    done, said = say_query(source, "-p", build, *FOR_CLANG)
    if "name_this_first" in said or done.returncode != 0 or "0 matches." not in done.stdout:
        return said
    return ""


def require_sharp_query():
    """A query that no longer finds its planted examples, each of them and only them, would call everything clean."""
    examples = HERE / "co_await_examples.cpp"
    _, said = say_query(examples, "--", "-std=c++20", f"-I{ROOT}")
    lines = contents(examples).decode().splitlines()
    found = {int(number) for number in re.findall(r'co_await_examples\.cpp:(\d+):\d+: note: "name_this_first"', said)}
    planted = {number + 3 for number, line in enumerate(lines) if " broken_" in line}
    if found != planted:
        sys.exit(f"{examples}: the query found lines {sorted(found)} and should have found {sorted(planted)}\n{said}")


CHECKS = {
    "tidy": (tidy, [ROOT / ".clang-tidy"], [TIDY, "--version"]),
    "co_await": (ask_query, [HERE / "co_await.query"], [QUERY, "--version"]),
}


def key_of(source, command, rules, version):
    """Changes whenever the check could say something else than last time."""
    digest = hashlib.sha256((command + version).encode())
    for path in [*rules, *with_includes(source)]:
        digest.update(str(path).encode())
        digest.update(contents(path))
    return digest.hexdigest()


def jobs(build, prefixes):
    """(name, source, check, stamp, key) of what has to be looked at."""
    versions = {name: subprocess.run(how, capture_output=True, text=True, check=True).stdout for name, (_, _, how) in CHECKS.items()}
    for entry in json.loads((pathlib.Path(build) / "compile_commands.json").read_text()):
        source = pathlib.Path(entry["file"])
        name = str(source.relative_to(ROOT)) if source.is_relative_to(ROOT) else ""
        if not name.startswith(("bot/", "handlers/", "tests/")) or not name.startswith(tuple(prefixes)):
            continue
        for check, (_, rules, _) in CHECKS.items():
            if check == "co_await" and not awaits(source):
                continue
            stamp = STAMPS / f"{name}.{check}"
            key = key_of(source, entry["command"], rules, versions[check])
            if not stamp.is_file() or stamp.read_text() != key:
                yield name, source, check, stamp, key


def work(job, build):
    name, source, check, stamp, key = job
    said = CHECKS[check][0](source, build)
    if not said:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(key)
    return name, check, said


def main():
    build, prefixes = sys.argv[1], sys.argv[2:] or [""]
    require_sharp_query()
    todo = list(jobs(build, prefixes))
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for name, check, said in pool.map(lambda job: work(job, build), todo):
            if said:
                bad += 1
                print(f"== {check} {name}\n{said}", flush=True)
    print(f"{len(todo)} looked at, {bad} with findings")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

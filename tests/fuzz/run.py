"""Every fuzz target for a while, two at a time: run.py BUILD_DIR SECONDS [TARGET…]. What crashes one is kept in
BUILD_DIR/crashes; it becomes a vector of the unit tests before it is mended."""
import concurrent.futures
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
AT_ONCE = 2


def fuzz(program, build, seconds):
    """Name, runs, and what it said when it failed."""
    name = program.name.removeprefix("fuzz_")
    grown, seeds, crashes = build / "corpus" / name, HERE / "corpus" / name, build / "crashes"
    for directory in (grown, crashes):
        directory.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [program, f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=1024", "-max_len=4096", "-print_final_stats=1",
         f"-artifact_prefix={crashes}/{name}-", grown, seeds], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    said = done.stdout.decode(errors="replace")
    runs = re.search(r"number_of_executed_units: (\d+)", said)
    return name, runs[1] if runs else "?", "" if done.returncode == 0 else said[-6000:]


def main():
    build, seconds, only = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    programs = [one for one in sorted(build.glob("fuzz_*")) if one.is_file() and (not only or one.name[5:] in only)]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for name, runs, trouble in pool.map(lambda one: fuzz(one, build, seconds), programs):
            print(f"{name}: {runs} runs, {'CRASHED' if trouble else 'clean'}\n{trouble}".rstrip(), flush=True)
            failed += bool(trouble)
    print(f"{len(programs) - failed} clean, {failed} crashed")
    return 1 if failed or not programs else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Measures the answering on question files: measure.py [--report] PROGRAM FILE… (JSON lines with "q", "topic", "also").

Topics "none" and "silent" want no answer. Per file: how often the right topic stands first and among the first three, what
the bot would do when it is addressed (answer, clarify, hand off) and how often that is right, and what it would do with the
same messages said to nobody in a group. --report adds the confused pairs and how far a score can be trusted. --least takes
figures in per cent (top1, top3, precision, answered, in_group, quiet) below which the program exits with 1.
"""
import argparse
import collections
import json
import subprocess
import sys

QUIET = ("none", "silent")


def ask(program, rows, in_group):
    lines = "".join(json.dumps({"q": row["q"]}, ensure_ascii=False) + "\n" for row in rows)
    command = [program, "ask", "--stdin"] + (["--in-group"] if in_group else [])
    out = subprocess.run(command, input=lines, capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def share(hits, total):
    return f"{hits}/{total} = {100 * hits / max(1, total):.1f} %"


def first(answer):
    return answer["candidates"][0]["topic"] if answer["candidates"] else ""


class Measured:
    """One file's questions (with the topics that are right for each) and messages that want no answer."""

    def __init__(self, program, name):
        with open(name, encoding="utf-8") as file:
            rows = [json.loads(line) for line in file if line.strip()]
        self.real = [row for row in rows if row["topic"] not in QUIET]
        self.quiet = [row for row in rows if row["topic"] in QUIET]
        self.right = [{row["topic"], *row.get("also", [])} for row in self.real]
        self.addressed = ask(program, self.real, False)
        self.overheard = ask(program, self.real, True)
        self.chatter = ask(program, self.quiet, True) if self.quiet else []
        elsewhere = [row for row in self.quiet if row["topic"] == "none"]
        self.elsewhere = ask(program, elsewhere, False) if elsewhere else []

    def top(self, count):
        return sum(any(c["topic"] in right for c in a["candidates"][:count]) for a, right in zip(self.addressed, self.right))

    def figures(self):
        """In per cent, by the names that --least knows."""
        def per_cent(hits, total):
            return 100 * hits / max(1, total)
        said = [(a, right) for a, right in zip(self.addressed, self.right) if a["action"] == "answer"]
        total = len(self.real)
        return {"top1": per_cent(self.top(1), total), "top3": per_cent(self.top(3), total),
                "precision": per_cent(sum(a["topic"] in right for a, right in said), len(said)),
                "answered": per_cent(len(said), total),
                "in_group": per_cent(sum(a["action"] == "answer" for a in self.overheard), total),
                "quiet": per_cent(sum(a["action"] == "silent" for a in self.chatter), len(self.chatter))}

    def summary(self):
        total = len(self.real)
        did = collections.Counter(a["action"] for a in self.addressed)
        said = [(a, right) for a, right in zip(self.addressed, self.right) if a["action"] == "answer"]
        offered = [(a, right) for a, right in zip(self.addressed, self.right) if a["action"] == "clarify"]
        heard = [(a, right) for a, right in zip(self.overheard, self.right) if a["action"] == "answer"]
        times = sorted(a["us"] for a in self.addressed)
        yield f"top-1 {share(self.top(1), total)}, top-3 {share(self.top(3), total)}"
        yield (f"addressed: answered {share(did['answer'], total)}, precision {share(sum(a['topic'] in r for a, r in said), len(said))}; "
               f"clarified {share(did['clarify'], total)}, right one offered "
               f"{share(sum(any(c['topic'] in r for c in a['candidates'][:3]) for a, r in offered), len(offered))}; "
               f"handed off {share(did['handoff'], total)}")
        yield (f"in a group: answered {share(len(heard), total)}, precision {share(sum(a['topic'] in r for a, r in heard), len(heard))}; "
               f"false triggers {share(sum(a['action'] != 'silent' for a in self.chatter), len(self.chatter))}; "
               f"not ours but answered when addressed {share(sum(a['action'] == 'answer' for a in self.elsewhere), len(self.elsewhere))}")
        yield f"time: p50 {times[len(times) // 2]} us, p99 {times[len(times) * 99 // 100]} us"

    def report(self):
        wrong = collections.Counter((row["topic"], first(a)) for row, a, right in zip(self.real, self.addressed, self.right)
                                    if first(a) not in right)
        yield "confused pairs (wanted ← got):"
        for (wanted, got), count in wrong.most_common(25):
            yield f"  {count:3d}  {wanted} ← {got}"
        buckets = collections.defaultdict(lambda: [0, 0])
        for a, right in zip(self.addressed, self.right):
            bucket = buckets[int(a["candidates"][0]["score"] * 10) if a["candidates"] else 0]
            bucket[0] += 1
            bucket[1] += first(a) in right
        yield "score → how often the first topic is right:"
        for score, (count, hits) in sorted(buckets.items()):
            yield f"  {score / 10:.1f}–{score / 10 + 0.1:.1f}  {'█' * round(20 * hits / count):20s} {share(hits, count)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--least", nargs="*", default=[], metavar="NAME=PER_CENT")
    parser.add_argument("program")
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    least = {name: float(value) for name, value in (one.split("=") for one in arguments.least)}
    missed = 0
    for name in arguments.files:
        measured = Measured(arguments.program, name)
        print(name)
        for line in [*measured.summary(), *(measured.report() if arguments.report else [])]:
            print("  " + line)
        for name, value in measured.figures().items():
            if value < least.get(name, 0):
                missed += 1
                print(f"  {name} is {value:.1f} %, at least {least[name]:.1f} % are expected")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

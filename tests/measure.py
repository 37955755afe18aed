#!/usr/bin/env python3
"""Measures the answering on question files: measure.py PROGRAM FILE… (JSON lines with "q", "topic", "also").

Topics "none" and "silent" want no answer. Prints top-1 and top-3 over the topics that a card covers and over all, the
precision of what was answered, and how often chatter triggered a reply in a group.
"""
import json
import subprocess
import sys


def ask(program, questions, in_group):
    lines = "".join(json.dumps({"q": one["q"]}, ensure_ascii=False) + "\n" for one in questions)
    command = [program, "ask", "--stdin"] + (["--in-group"] if in_group else [])
    out = subprocess.run(command, input=lines, capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def share(hits, total):
    return f"{hits}/{total} = {100 * hits / max(1, total):.1f} %"


def main(program, files):
    for name in files:
        with open(name, encoding="utf-8") as file:
            rows = [json.loads(line) for line in file if line.strip()]
        real = [row for row in rows if row["topic"] not in ("none", "silent")]
        quiet = [row for row in rows if row["topic"] in ("none", "silent")]
        answers = ask(program, real, False)
        right = [{row["topic"], *row.get("also", [])} for row in real]
        top1 = sum(a["candidates"][:1] != [] and a["candidates"][0]["topic"] in r for a, r in zip(answers, right))
        top3 = sum(any(c["topic"] in r for c in a["candidates"][:3]) for a, r in zip(answers, right))
        said = [(a, r) for a, r in zip(answers, right) if a["action"] == "answer"]
        precise = sum(a["topic"] in r for a, r in said)
        false = sum(a["action"] != "silent" for a in ask(program, quiet, True)) if quiet else 0
        times = sorted(a["us"] for a in answers)
        print(f"{name}: top-1 {share(top1, len(real))}, top-3 {share(top3, len(real))}, "
              f"answered {share(len(said), len(real))}, precision {share(precise, len(said))}, "
              f"false triggers in a group {share(false, len(quiet))}, p50 {times[len(times) // 2]} us, "
              f"p99 {times[len(times) * 99 // 100]} us")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])

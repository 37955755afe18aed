"""What the tree itself promises: includes point one way, platforms stay in their doors, files stay short.

    tree.py            prints every finding as file:line: text, and fails if there is one
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Which rooms a room may include, besides itself. A room that is not named here may include nothing.
ALLOWED = {
    "core": [],
    "ops": ["core"],
    "config": ["core"],
    "wording": ["core"],
    "net": ["core", "ops"],
    "storage": ["core", "ops", "net"],
    "knowledge": ["core", "ops", "wording"],
    "advice": ["core", "ops", "net"],
    "doors": ["core", "ops", "config", "net", "wording"],
    "routing": ["core", "ops"],
    "outreach": ["core", "ops", "config", "net", "storage", "wording"],
    "handlers": ["core", "ops", "storage", "knowledge", "wording", "routing", "outreach"],
    "console": ["core", "ops", "config", "net", "storage", "knowledge", "wording", "routing", "outreach"],
}
# The program: the only files that see every room.
PROGRAM = "bot"

# What the doors of one vendor share; other doors' insides are their own.
SHARED_BY_DOORS = {"doors/tencent"}

# Headers of a library and the only rooms that may include them, in headers and sources alike.
LIBRARIES = [
    (re.compile(r"<(soci|sqlite3|libpq|postgresql)\b"), {"storage"}),
    (re.compile(r"<boost/beast/"), {"net"}),
    (re.compile(r"<toml\+\+/"), {"config", "knowledge"}),
    (re.compile(r"<pugixml"), {"doors"}),
]
# What a header of ours never brings along: it would be paid for in every file that includes it.
HEAVY = re.compile(r"<(soci/|sqlite3|boost/beast|nlohmann/json\.hpp|openssl/|unicode/|pugixml|spdlog/|opencc|CLI/|prometheus/)")
HEAVY_ALLOWED = {
    "bot/net/web_socket.hpp": "the template that both ends of a WebSocket share, included by session.cpp and web_socket_client.cpp only",
}

# Outside bot/doors/*/ nothing names a platform, but for these lines.
PLATFORM = re.compile(r"onebot|napcat|\bqq\b|wecom|wechat|satori|sandbox", re.IGNORECASE)
PLATFORM_ALLOWED = [
    ("bot/doors/doors.cpp", r"/platform\.hpp\"$|::platform\(\),|planned\(\"", "the one list of platforms: a line each"),
    ("bot/core/door.hpp", r"std::string label;", "an example of what people read"),
    ("bot/site.cpp", r"sandbox_prefix|rooms_\.sandbox|\"/?sandbox\"", "the address /sandbox of the demo's page"),
    ("bot/site.hpp", r"PageHandler sandbox", "the address /sandbox of the demo's page"),
    ("bot/demo.cpp", r"\"sandbox(\.json)?\"", "the demo's groups are the sandbox's"),
    ("bot/demo.hpp", r"sandbox groups", "the demo's groups are the sandbox's"),
    ("bot/app.cpp", r"sandbox_account\(\)|= \"sandbox\"", "the demo opens an account that nobody configured"),
    ("bot/app.cpp", r"rooms\.sandbox|/sandbox#", "the address /sandbox of the demo's page"),
]

LONGEST_FILE = 600
FORBIDDEN = [
    (re.compile(r"\bsleep_for\b|\bsleep_until\b|\busleep\("), "waits for time instead of what it waits for"),
    (re.compile(r"\bTODO\b|\bFIXME\b|\bXXX\b"), "is unfinished: do it, or write it where plans are kept"),
    (re.compile(r"\bNOLINT"), "silences a check: mend the code, or change .clang-tidy with a reason"),
]
WRITTEN_BY_HAND = (".cpp", ".hpp", ".py", ".mjs", ".js", ".css", ".cmake", ".txt", ".sql", ".mustache", ".md", "dev")
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<][^">]+[">])')


def room_of(path):
    """core, net …, `handlers`, `bot` for the program's own files; doors/<platform> keeps its platform."""
    parts = path.split("/")
    if parts[0] == "handlers":
        return "handlers"
    if parts[0] != "bot":
        return None
    if parts[1] == "doors" and len(parts) > 3:
        return f"doors/{parts[2]}"
    return parts[1] if len(parts) > 2 else PROGRAM


def include_problem(path, target):
    """Why `path` may not include `target` ("bot/…" or <library>), or nothing."""
    own = room_of(path)
    if own is None or own == PROGRAM:
        return None
    family = own.split("/")[0]
    if target.startswith("<"):
        for library, rooms in LIBRARIES:
            if library.match(target) and family not in rooms:
                return f"{own} includes {target}; only {', '.join(sorted(rooms))} may"
        if path.endswith(".hpp") and HEAVY.match(target) and path not in HEAVY_ALLOWED:
            return f"a header brings {target} to everybody; keep it in the .cpp"
        return None
    other = room_of(target.strip('"'))
    if other is None or other == own:
        return None
    if other == PROGRAM:
        return f"{own} includes the program: {target}"
    if other in SHARED_BY_DOORS and own.startswith("doors/"):
        return None
    if other.startswith("doors/"):
        return None if path == "bot/doors/doors.cpp" else f"{own} includes the inside of a door: {target}"
    if other == "doors" and own.startswith("doors/"):
        return None if target == '"bot/doors/platform.hpp"' else f"a door includes {target}"
    if other in ALLOWED.get(family, []):
        return None
    return f"{own} includes {other}: {target}"


def platform_problem(path, line):
    room = room_of(path)
    if room is None or room.startswith("doors/") or not PLATFORM.search(line):
        return None
    for file, pattern, _ in PLATFORM_ALLOWED:
        if file == path and re.search(pattern, line):
            return None
    return f"names a platform outside its door: {line.strip()}"


def problems_in(path, text):
    lines = text.splitlines()
    if len(lines) > LONGEST_FILE and path.endswith((".cpp", ".hpp", ".py", ".mjs", ".js", ".css", ".sql")):
        yield 1, f"{len(lines)} lines; the most is {LONGEST_FILE}"
    code = path.endswith((".cpp", ".hpp"))
    for number, line in enumerate(lines, 1):
        if code:
            include = INCLUDE.match(line)
            for problem in (include and include_problem(path, include[1]), platform_problem(path, line)):
                if problem:
                    yield number, problem
        for pattern, problem in FORBIDDEN:
            if pattern.search(line):
                yield number, f"{problem}: {line.strip()}"


def listed_files():
    listing = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    if listing.returncode == 0:
        return listing.stdout.split("\n")[:-1]
    return [str(one.relative_to(ROOT)) for one in ROOT.rglob("*")
            if one.is_file() and not {"build", "node_modules"} & set(one.relative_to(ROOT).parts)]


def main():
    found = 0
    for path in listed_files():
        if not path.endswith(WRITTEN_BY_HAND) or path.startswith("tests/lint/") or not (ROOT / path).is_file():
            continue
        for number, problem in problems_in(path, (ROOT / path).read_text(encoding="utf-8")):
            print(f"{path}:{number}: {problem}")
            found += 1
    print(f"{found} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""The real program against a OneBot 11 platform on loopback: onebot11_flow.py PROGRAM.

The platform records every message it accepted and cuts some connections without an answer. A notice goes to the 2,116
units below the city while the program is killed again and again; then a signed question is asked, repeated and forged.
"""
import collections
import csv
import hashlib
import hmac
import http.server
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

KILLS = 40
DROPPED = 0.05
DEADLINE_S = 200
SECRET = "s3cret"
ORGS = "templates/data/demo/orgs.csv"


class Platform:
    """Accepts messages, keeps the history, drops a share of its answers. Seeded."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.history = collections.defaultdict(list)
        self.lock = threading.Lock()
        platform = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                data = platform.answer(self.path, call)
                if data is None:
                    self.close_connection = True
                    return
                body = json.dumps({"status": "ok", "retcode": 0, "data": data}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass  # a killed client resets its connections

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path, call):
        group = str(call["group_id"])
        with self.lock:
            if path.endswith("/get_group_msg_history"):
                return {"messages": list(self.history[group])}
            self.history[group].append({"time": int(time.time()), "self_id": 1, "user_id": 1, "message": call["message"]})
            return None if self.random.random() < DROPPED else {"message_id": 1 + len(self.history[group])}

    def accepted(self):
        with self.lock:
            return {group: len(messages) for group, messages in self.history.items() if messages}


class House:
    def __init__(self, program, directory, platform):
        self.program, self.config = program, os.path.join(directory, "lastmeter.toml")
        self.address_file = os.path.join(directory, "log")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f'''[server]
listen = "127.0.0.1:0"
[store]
url = "sqlite:{directory}/lastmeter.db"
[outreach]
quiet_hours = ""
approval_from_groups = 0
[[account]]
id = "qq"
platform = "onebot11"
secret = "{SECRET}"
api = "http://127.0.0.1:{platform.port}"
''')

    def run(self, *arguments):
        done = subprocess.run([self.program, *arguments, "--config", self.config], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self):
        log = open(self.address_file, "w", encoding="utf-8")
        return subprocess.Popen([self.program, "serve", "--config", self.config], stderr=log, stdout=log)

    def address(self):
        return wait_for("the address in the log", lambda: next(
            (part[8:] for part in open(self.address_file, encoding="utf-8").read().split() if part.startswith("address=http")), None))


def wait_for(what, look):
    give_up = time.monotonic() + DEADLINE_S
    while time.monotonic() < give_up:
        found = look()
        if found:
            return found
        threading.Event().wait(0.05)
    raise AssertionError(f"waited too long for {what}")


def post(url, body, signature):
    request = urllib.request.Request(url, body, {"X-Signature": signature} if signature else {})
    try:
        return urllib.request.urlopen(request, timeout=10).status
    except urllib.error.HTTPError as error:
        return error.code


def check_notice(house, platform, directory):
    with open(ORGS, encoding="utf-8") as file:
        codes = [row["code"] for row in csv.DictReader(file) if row["kind"] != "city"]
    groups = os.path.join(directory, "groups.csv")
    with open(groups, "w", encoding="utf-8") as file:
        file.write("account,external_id,name,org,subscriptions\n")
        file.writelines(f"qq,{100000 + i},,{code},activities\n" for i, code in enumerate(codes))
    house.run("import", "orgs", ORGS)
    assert house.run("import", "groups", groups).startswith(f"{len(codes)} added")
    assert house.run("import", "groups", groups).strip().endswith(f"{len(codes)} unchanged")
    notice = os.path.join(directory, "notice.md")
    with open(notice, "w", encoding="utf-8") as file:
        file.write("# 送清凉\n\n明天上午领水\n")
    house.run("announce", "--file", notice, "--audience", "org:6211 and subscribed:activities")
    chance, running = random.Random(11), house.start()
    for _ in range(KILLS):
        threading.Event().wait(chance.uniform(0.08, 0.3))
        running.kill()
        running.wait()
        running = house.start()
    wait_for("the notice to be done", lambda: " done " in house.run("status"))
    accepted = platform.accepted()
    extra = sum(times - 1 for times in accepted.values())
    print(f"{len(accepted)} of {len(codes)} groups reached, {extra} extra, after {KILLS} kills")
    assert len(accepted) == len(codes) and extra == 0
    assert f"{len(codes)}/{len(codes)} sent" in house.run("status")
    return running


def check_question(house, platform):
    url = house.address() + "/hooks/qq"
    body = json.dumps({"time": int(time.time()), "self_id": 1, "post_type": "message", "message_type": "group", "message_id": 9,
                       "group_id": 100000, "user_id": 42, "message": "[CQ:at,qq=1] 老板拖欠工资怎么办"}).encode()
    signature = "sha1=" + hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()
    before = platform.accepted()["100000"]
    assert post(url, body, signature) == 204
    wait_for("the answer", lambda: platform.accepted()["100000"] > before)
    assert "《劳动法》第五十条" in json.dumps(platform.history["100000"][-1], ensure_ascii=False)
    assert post(url, body, signature) == 204
    assert post(url, body, "sha1=" + "0" * 40) == 403
    assert post(url, body, None) == 401
    broken = b"{"
    assert post(url, broken, "sha1=" + hmac.new(SECRET.encode(), broken, hashlib.sha1).hexdigest()) == 400


def main(program):
    with tempfile.TemporaryDirectory() as directory:
        platform = Platform(seed=7)
        house = House(os.path.abspath(program), directory, platform)
        running = check_notice(house, platform, directory)
        try:
            check_question(house, platform)
            before = platform.accepted()["100000"]
            running.terminate()
            assert running.wait(10) == 0
            assert platform.accepted()["100000"] == before, "a redelivered or forged question was answered"
        finally:
            running.kill()


if __name__ == "__main__":
    main(sys.argv[1])

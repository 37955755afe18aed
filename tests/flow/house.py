"""The real program and the platform simulator, started, driven and ended. Loopback only; every wait is bounded."""
import contextlib
import csv
import http.client
import json
import os
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

SLOWER = int(os.environ.get("LASTMETER_PATIENCE", "1"))  # more under sanitizers
PATIENCE_S = 120 * SLOWER
ORGS = "templates/data/demo/orgs.csv"


def wait_for(what, look, patience_s=PATIENCE_S, pause_s=0.02):
    """Looks until `look` finds something true and returns it."""
    give_up = time.monotonic() + patience_s
    while time.monotonic() < give_up:
        found = look()
        if found:
            return found
        threading.Event().wait(pause_s)
    raise AssertionError(f"waited too long for {what}")


def free_port():
    """A port that nobody else will take: below the range from which the system picks."""
    for step in range(500):
        port = 20000 + (os.getpid() * 7 + step * 101) % 12000
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise AssertionError("no free port")


class Simulator:
    """The oracle. `control` is its /control/ address."""

    def __init__(self, program, dialect="napcat", token="tk-1", secret="s3cret", seed=7, platform="onebot11", more=()):
        self.process = subprocess.Popen(
            [program, "--listen", "127.0.0.1:0", "--seed", str(seed), "--token", token, "--secret", secret, "--dialect", dialect,
             "--platform", platform, *more],
            stdout=subprocess.PIPE, text=True)
        self.token, self.secret, self.dialect = token, secret, dialect
        self.url = self.process.stdout.readline().split()[1]
        self.connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=60)

    def control(self, what, order=None):
        self.connection.request("POST", "/control/" + what, json.dumps({} if order is None else order))
        response = self.connection.getresponse()
        result = json.loads(response.read())
        assert response.status == 200, (what, order, result)
        return result

    def totals(self):
        return self.control("totals")

    def accepted(self):
        return self.totals()["accepted"]

    def messages(self, group, own=True):
        """What the bot said in a group, oldest first."""
        return [one for one in self.control("messages", {"chat": f"g:{group}"}) if not own or not one["user"]]

    def stop(self):
        self.connection.close()
        self.process.terminate()
        assert self.process.wait(10 * SLOWER) == 0


class House:
    """The program on a store of its own in `directory`, with one account `qq`."""

    def __init__(self, program, directory, account, port=0):
        self.program, self.directory = os.path.abspath(program), directory
        self.config, self.log = os.path.join(directory, "lastmeter.toml"), os.path.join(directory, "log")
        self.process = None
        self.configure(account, port)

    def configure(self, account, port=0):
        settings = "".join(f"{key} = {json.dumps(value)}\n" for key, value in ({"platform": "onebot11"} | account).items())
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f'''[server]
listen = "127.0.0.1:{port}"
[store]
url = "sqlite:{self.directory}/lastmeter.db"
[outreach]
quiet_hours = ""
approval_from_groups = 0
per_group_per_day = 0
[[account]]
id = "qq"
{settings}''')

    def run(self, *arguments):
        done = subprocess.run([self.program, *arguments, "--config", self.config], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self):
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen([self.program, "serve", "--config", self.config], stderr=log, stdout=log)

    def said_address(self):
        """The address in the log of the running program, or nothing yet."""
        with open(self.log, encoding="utf-8") as log:
            return next((part[8:] for part in log.read().split() if part.startswith("address=http")), None)

    def address(self):
        def look():
            assert self.process.poll() is None, open(self.log, encoding="utf-8").read()
            return self.said_address()
        return wait_for("the address in the log", look)

    def hook(self):
        return self.address() + "/hooks/qq"

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        """Asks the program to stop; it must do so in order."""
        self.process.terminate()
        assert self.process.wait(20 * SLOWER) == 0

    def restart(self):
        self.end()
        self.start()

    def import_units(self):
        """The 2,117 units and a group of each but the city; returns the groups' ids."""
        with open(ORGS, encoding="utf-8") as file:
            codes = [row["code"] for row in csv.DictReader(file) if row["kind"] != "city"]
        groups = os.path.join(self.directory, "groups.csv")
        with open(groups, "w", encoding="utf-8") as file:
            file.write("account,external_id,name,org,subscriptions\n")
            file.writelines(f"qq,{100000 + i},,{code},activities\n" for i, code in enumerate(codes))
        self.run("import", "orgs", ORGS)
        assert self.run("import", "groups", groups).startswith(f"{len(codes)} added")
        return [str(100000 + i) for i in range(len(codes))]

    def import_groups(self, count):
        """So many groups of one county."""
        groups = os.path.join(self.directory, "groups.csv")
        with open(groups, "w", encoding="utf-8") as file:
            file.write("account,external_id,name,org,subscriptions\n")
            file.writelines(f"qq,{100000 + i},,621102,activities\n" for i in range(count))
        self.run("import", "orgs", ORGS)
        self.run("import", "groups", groups)
        return [str(100000 + i) for i in range(count)]

    def new_token(self):
        return self.run("token", "add", "flow", "--role", "admin").split()[-1]


class Api:
    """The program's own API."""

    def __init__(self, house):
        self.house, self.token = house, house.new_token()

    def call(self, method, path, body=None, address=None):
        url = (address or self.house.address()) + "/api/v1/" + path
        request = urllib.request.Request(url, None if body is None else json.dumps(body).encode(),
                                         {"Authorization": "Bearer " + self.token}, method=method)
        with urllib.request.urlopen(request, timeout=10 * SLOWER) as response:
            return json.loads(response.read())

    def look(self, path):
        """GET, or nothing while the program is away."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            address = self.house.said_address()
            return address and self.call("GET", path, address=address)
        return None

    def announce(self, title, body, audience="all"):
        """A notice on its way; returns its id."""
        made = self.call("POST", "announcements", {"title": title, "body": body, "category": "activities", "audience": audience})
        self.call("POST", f"announcements/{made['id']}/submit")
        return made["id"]

    def act(self, notice, action):
        return self.call("POST", f"announcements/{notice}/{action}")

    def show(self, notice):
        return self.call("GET", f"announcements/{notice}")

    def deliveries(self, notice, state=""):
        rows, cursor = [], "0"
        while cursor:
            page = self.call("GET", f"announcements/{notice}/deliveries?state={state}&cursor={cursor}")
            rows += page["items"]
            cursor = page["next"]
        return rows


def assert_adds_up(counts):
    parts = ("waiting", "sending", "sent", "unknown", "failed", "skipped")
    assert sum(counts[part] for part in parts) == counts["total"], counts


@contextlib.contextmanager
def stage(programs, account, port=0, **simulator):
    """A house and a simulator that end with the test. `account(simulator)` gives the account's settings."""
    program, platform = programs
    with tempfile.TemporaryDirectory() as directory:
        oracle = Simulator(os.path.abspath(platform), **simulator)
        house = House(program, directory, account(oracle), port)
        try:
            yield house, oracle
            oracle.stop()
        except BaseException:
            if os.path.exists(house.log):
                print(open(house.log, encoding="utf-8").read()[-4000:])
            raise
        finally:
            for process in (house.process, oracle.process):
                if process and process.poll() is None:
                    process.kill()
                    process.wait()


def over_http(oracle):
    return {"secret": oracle.secret, "access_token": oracle.token, "api": oracle.url}


def over_socket(oracle):
    return {"access_token": oracle.token}


def text_of(message):
    return "".join(part["data"]["text"] for part in message["message"] if part["type"] == "text")

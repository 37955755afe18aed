#!/usr/bin/env python3
"""The oracle itself, without the program: simulator_flow.py PROGRAM SIMULATOR. Statuses and codes of the four dialects,
every trouble, the windows, and what is counted."""
import http.client
import json
import sys

from house import SLOWER, Simulator, wait_for


def call(oracle, action, params=None, token="tk-1", **headers):
    """Status and envelope; None when the connection ended without an answer; ConnectionRefusedError when nobody listens."""
    fields = {"Content-Type": "application/json", **headers}
    if token is not None:
        fields["Authorization"] = "Bearer " + token
    connection = http.client.HTTPConnection(oracle.url.removeprefix("http://"), timeout=3 * SLOWER)
    try:
        connection.connect()
        connection.request("POST", "/" + action, params if isinstance(params, str) else json.dumps(params or {}), fields)
        response = connection.getresponse()
        body = response.read()
        return response.status, json.loads(body) if body else None
    except (ConnectionResetError, http.client.RemoteDisconnected):
        return None
    finally:
        connection.close()


def send(oracle, group, text="通知", **order):
    return call(oracle, "send_group_msg", {"group_id": group, "message": [{"type": "text", "data": {"text": text}}], **order})


def check_dialect(program, dialect, no_token, unknown, bad):
    oracle = Simulator(program, dialect=dialect)
    assert call(oracle, "get_status", token=None)[0] == no_token
    assert call(oracle, "get_status", token="")[0] == no_token
    for wrong in ("tk-", "tk-11", "TK-1"):
        assert call(oracle, "get_status", token=wrong)[0] == 403, wrong
    assert call(oracle, "get_status?access_token=tk-1", token=None)[0] == 200
    status, answer = call(oracle, "make_coffee")
    assert (status, answer["status"], answer["retcode"]) == (200, "failed", unknown), answer
    for params in ({}, {"group_id": 7}, {"group_id": "x", "message": "y"}, {"message": "y"}):
        status, answer = call(oracle, "send_group_msg", params)
        assert (status, answer["retcode"]) == (200, bad), (params, answer)
    assert call(oracle, "send_group_msg", "{")[0] == 400
    strict = 406 if dialect == "lagrange" else 200
    assert call(oracle, "get_status", **{"Content-Type": "text/plain"})[0] == strict
    status, answer = call(oracle, "send_msg", {"message_type": "group", "group_id": "7", "message": "[CQ:at,qq=5] 你&amp;我"})
    assert answer["retcode"] == 0 and -2**31 <= answer["data"]["message_id"] < 2**31
    parts = oracle.messages(7)[0]["message"]
    assert parts == [{"type": "at", "data": {"qq": "5"}}, {"type": "text", "data": {"text": " 你&我"}}], parts
    status, answer = call(oracle, "get_group_msg_history", {"group_id": 7})
    assert answer["retcode"] == (404 if dialect == "lagrange" else 0)
    if dialect != "lagrange":
        message = answer["data"]["messages"][0]
        assert isinstance(message["message"], str if dialect == "gocqhttp" else list)
        assert message["raw_message"] == "[CQ:at,qq=5] 你&amp;我"
    oracle.stop()


def check_troubles(program):
    oracle = Simulator(program)
    for kind, records in (("drop_before", 0), ("drop_answer", 1), ("stall_before", 0), ("stall", 1), ("late", 1), ("error", 0)):
        before = oracle.accepted()
        oracle.control("faults", {kind: 1, "most": 1, "late_ms": [30, 30], "retcode": 200, "words": "风控"})
        if kind.startswith("stall"):
            try:
                answer = send(oracle, 1, kind)
                raise AssertionError(answer)
            except TimeoutError:
                wait_for("the call to be given up", lambda: oracle.totals()["in_flight"] == 0)
        else:
            answer = send(oracle, 1, kind)
            assert (answer is None) == kind.startswith("drop"), (kind, answer)
            assert kind != "error" or (answer[0] == 200 and answer[1]["message"] == "风控")
        assert oracle.accepted() - before == records, kind
        assert send(oracle, 1, kind + " again")[1]["retcode"] == 0, "only one trouble was ordered"
    assert oracle.totals()["extra"] == 0
    send(oracle, 1, "late")
    assert oracle.totals()["extra"] == 1
    oracle.control("refuse", {"ms": 300})
    try:
        answer = send(oracle, 1)
        raise AssertionError(answer)
    except ConnectionRefusedError:
        pass
    wait_for("its return", lambda: is_there(oracle))
    oracle.stop()


def is_there(oracle):
    try:
        return call(oracle, "get_status")
    except ConnectionRefusedError:
        return None


def check_same_seed_same_troubles(program):
    seen = []
    for seed in (5, 5, 6):
        oracle = Simulator(program, seed=seed)
        oracle.control("faults", {"drop_before": 0.3, "error": 0.3})
        seen.append([send(oracle, group) for group in range(1, 40)])
        oracle.stop()
    assert seen[0] == seen[1] != seen[2]


def check_limits(program):
    oracle = Simulator(program)
    oracle.control("limits", [{"scope": "chat", "count": 2, "window_ms": 60000}, {"scope": "account", "count": 5, "window_ms": 60000, "penalty_ms": 60000}])
    codes = [send(oracle, group)[1]["retcode"] for group in (1, 1, 1, 2, 2, 3, 4, 5)]
    assert codes == [0, 0, 200, 0, 0, 0, 200, 200], codes
    totals = oracle.totals()
    assert (totals["accepted"], totals["refusals"], totals["refusals_in_penalty"]) == (5, 3, 1), totals
    oracle.control("limits", [])
    oracle.control("groups", {"muted": ["8"], "left": ["9"]})
    assert "120" in send(oracle, 8)[1]["message"] and "GROUP_NOT_FOUND" in send(oracle, 9)[1]["message"]
    oracle.stop()


def main(programs):
    program = programs[1]
    check_dialect(program, "napcat", no_token=403, unknown=200, bad=1400)
    check_dialect(program, "llonebot", no_token=403, unknown=404, bad=1400)
    check_dialect(program, "lagrange", no_token=401, unknown=404, bad=400)
    check_dialect(program, "gocqhttp", no_token=401, unknown=404, bad=100)
    check_troubles(program)
    check_same_seed_same_troubles(program)
    check_limits(program)


if __name__ == "__main__":
    main(sys.argv[1:])

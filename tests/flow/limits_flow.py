#!/usr/bin/env python3
"""A platform's limits and bad moods: limits_flow.py PROGRAM SIMULATOR.

The configured rate is never refused by a sliding window of the same size; after a refusal nothing is lost or repeated.
"""
import sys

from house import Api, assert_adds_up, over_http, stage, wait_for

AUDIENCE = "org:621102"
RATE, WINDOW_US = 20, 1_000_000


def done(api, notice):
    def look():
        counts = api.show(notice)
        assert_adds_up(counts["counts"])
        return counts["state"] == "done" and counts["counts"]
    return wait_for("the notice to be done", look, pause_s=0.1)


def check_rate(programs):
    """The platform allows 20 in any second; the account is told 20/s, also across two restarts."""
    with stage(programs, lambda oracle: {**over_http(oracle), "rate": f"{RATE}/s"}) as (house, oracle):
        groups = house.import_groups(200)
        oracle.control("limits", [{"scope": "account", "count": RATE, "window_ms": WINDOW_US // 1000}])
        oracle.control("faults", {"late": 0.3, "late_ms": [1, 30]})
        house.start()
        api = Api(house)
        notice = api.announce("送清凉", "明天上午领水", AUDIENCE)
        for part in (60, 120):
            wait_for("some to be sent", lambda part=part: oracle.accepted() >= part)
            house.restart()
        counts = done(api, notice)
        at, totals = oracle.control("accepted_at"), oracle.totals()
        used = (len(at) - 1) / RATE / ((at[-1] - at[0]) / WINDOW_US)
        print(f"{totals['accepted']} accepted, {totals['refusals']} refused, {used:.0%} of the allowed rate used, restarts included")
        assert counts["sent"] == totals["accepted"] == len(groups) and totals["extra"] == totals["refusals"] == 0
        assert all(later - earlier >= WINDOW_US for earlier, later in zip(at, at[RATE:]))
        house.end()


def check_errors(house, oracle, api, groups):
    """Risk control strikes three times; one group is muted for a while, one has thrown us out."""
    oracle.control("faults", {"error": 1, "most": 3, "retcode": 200, "words": "消息发送失败 result 110 账号被风控"})
    muted, gone = groups[3], groups[5]
    oracle.control("groups", {"muted": [muted], "left": [gone]})
    notice = api.announce("送清凉", "明天上午领水", AUDIENCE)
    wait_for("the muted group to be tried", lambda: next(
        row for row in api.deliveries(notice) if row["external_id"] == muted)["attempts"] > 0)
    oracle.control("groups", {"muted": []})
    counts = done(api, notice)
    assert counts["sent"] == len(groups) - 1 == oracle.accepted() and counts["failed"] == 1, counts
    failed = api.deliveries(notice, "failed")
    assert [row["external_id"] for row in failed] == [gone] and failed[0]["attempts"] == 1 and failed[0]["reason"], failed
    assert oracle.totals()["faults"]["error"] == 3 and oracle.totals()["extra"] == 0
    again = done(api, api.announce("文艺汇演", "周六晚七点", AUDIENCE))
    assert again["skipped"] == 1 and again["sent"] == len(groups) - 1, again


def check_long_limit(oracle, api, groups):
    """Risk control that outlasts many attempts: few calls are wasted on it, no row fails, and then all of them go."""
    before, struck = oracle.accepted(), oracle.totals()["faults"].get("error", 0)
    oracle.control("faults", {"error": 1, "retcode": 1200, "words": "账号被风控"})
    notice = api.announce("防汛", "周三起有大雨", AUDIENCE)
    wait_for("four tries", lambda: oracle.totals()["faults"]["error"] >= struck + 4)
    counts = wait_for("the tries to end", lambda: (lambda now: now["sending"] == 0 and now)(api.show(notice)["counts"]))
    wasted = oracle.totals()["faults"]["error"] - struck
    assert wasted <= 20 and counts["failed"] == 0 and counts["waiting"] == len(groups) - 1, (wasted, counts)
    assert any("风控" in row["reason"] and row["until"] for row in api.deliveries(notice, "held"))
    oracle.control("faults", {})
    counts = done(api, notice)
    assert counts["sent"] == oracle.accepted() - before == len(groups) - 1 and oracle.totals()["extra"] == 0, counts


def check_stall(oracle, api, groups):
    """One call is never answered: all others go meanwhile, and the history tells about it in the end."""
    before = oracle.accepted()
    oracle.control("faults", {"stall": 1, "most": 1})
    notice = api.announce("体检", "周五体检", AUDIENCE)
    wait_for("the others to be sent", lambda: api.show(notice)["counts"]["sent"] == len(groups) - 2)
    assert api.show(notice)["counts"]["sending"] == 1
    oracle.control("faults", {})
    counts = done(api, notice)
    assert counts["sent"] == oracle.accepted() - before == len(groups) - 1 and oracle.totals()["extra"] == 0, counts


def check_outage(oracle, api, groups):
    """The implementation is gone for a while: nobody listens, then it is back."""
    before = oracle.accepted()
    oracle.control("refuse", {"ms": 5000})
    notice = api.announce("讲座", "周日上午九点", AUDIENCE)
    counts = done(api, notice)
    assert counts["sent"] == oracle.accepted() - before == len(groups) - 1 and oracle.totals()["extra"] == 0, counts
    assert sum(row["attempts"] for row in api.deliveries(notice)) <= len(groups) + 20, "too many calls into the void"


def check_cancelled(oracle, api):
    """What is found missing after a cancellation is not sent any more and does not wait for ever either."""
    before = oracle.accepted()
    oracle.control("faults", {"drop_before": 1})
    notice = api.announce("停水通知", "明天停水", AUDIENCE)
    wait_for("some to be unknown", lambda: api.show(notice)["counts"]["unknown"] > 0)
    api.act(notice, "cancel")
    oracle.control("faults", {})
    counts = wait_for("the unknown to be settled", lambda: (lambda now: now["skipped"] == now["total"] and now)(api.show(notice)["counts"]))
    assert oracle.accepted() == before, counts


def main(programs):
    check_rate(programs)
    with stage(programs, over_http) as (house, oracle):
        groups = house.import_groups(40)
        house.start()
        api = Api(house)
        check_errors(house, oracle, api, groups)
        check_long_limit(oracle, api, groups)
        check_stall(oracle, api, groups)
        check_outage(oracle, api, groups)
        check_cancelled(oracle, api)
        house.end()


if __name__ == "__main__":
    main(sys.argv[1:])

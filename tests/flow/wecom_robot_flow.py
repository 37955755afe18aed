#!/usr/bin/env python3
"""Notices through group robots: wecom_robot_flow.py PROGRAM SIMULATOR. Every group has a robot and a minute of its own."""
import sys

from house import Api, assert_adds_up, stage, wait_for

GROUPS = 60
PER_MINUTE = 18


def robots(oracle):
    return {"platform": "wecom-robot", "api": oracle.url}


def main(programs):
    with stage(programs, robots, platform="wecom-robot") as (house, oracle):
        groups = house.import_groups(GROUPS)
        api = Api(house)
        house.start()
        oracle.control("faults", {"error": 0.1, "retcode": -1, "words": "system busy", "late": 0.1, "late_ms": [5, 50]})
        notice = api.announce("送清凉", "明天上午领水", "org:621102")
        wait_for("the notice to be done", lambda: api.show(notice)["state"] == "done")
        totals, counts = oracle.totals(), api.show(notice)["counts"]
        assert totals["extra"] == 0 and set(oracle.control("per_chat")) == {f"g:{group}" for group in groups}, totals
        assert counts["sent"] == GROUPS, counts

        # One group's minute ends; the others go on, nothing is refused, nothing is lost.
        oracle.control("faults", {})
        first = groups[0]
        for number in range(PER_MINUTE + 4):
            api.announce(f"通知{number}", "内容", f"group:{house_group(api, first)}")
        wait_for("the minute to be full", lambda: oracle.control("per_chat")[f"g:{first}"] == PER_MINUTE)
        other = api.announce("另一个群", "内容", f"group:{house_group(api, groups[1])}")
        wait_for("the other group", lambda: api.show(other)["state"] == "done")
        assert oracle.totals()["refusals"] == 0 and oracle.control("per_chat")[f"g:{first}"] == PER_MINUTE

        # A lost answer is never sent again: nobody can look it up, a person decides.
        oracle.control("faults", {"drop_answer": 1.0, "most": 1})
        lost = api.announce("没有回话的一条", "内容", f"group:{house_group(api, groups[4])}")
        wait_for("the lost one", lambda: api.show(lost)["counts"]["unknown"] == 1)
        assert oracle.totals()["extra"] == 0

        # A robot that was removed closes its group and no other.
        oracle.control("groups", {"left": [groups[2]]})
        gone = api.announce("再来一条", "内容", f"group:{house_group(api, groups[2])} or group:{house_group(api, groups[3])}")
        counts = wait_for("both to be settled", lambda: (lambda now: now["failed"] + now["sent"] == 2 and now)(api.show(gone)["counts"]))
        assert_adds_up(counts)
        assert counts["failed"] == 1, counts
        assert "key" in api.deliveries(gone, "failed")[0]["reason"]
        house.end()


def house_group(api, external_id):
    """The id under which the house knows the group."""
    rows, cursor = [], ""
    while True:
        page = api.call("GET", f"groups?limit=200{cursor}")
        rows += page["items"]
        if not page.get("next"):
            break
        cursor = "&cursor=" + str(page["next"])
    return next(row["id"] for row in rows if row["external_id"] == external_id)


if __name__ == "__main__":
    main(sys.argv[1:])

#!/usr/bin/env python3
"""The official bot from outside: signatures, answers in their windows, notices that ride on openings, through lost answers
and kills: official_flow.py PROGRAM SIMULATOR."""
import sys
import time

from house import Api, stage, wait_for

GROUPS = 24


def official(oracle):
    return {"platform": "qq", "app_id": "10001", "secret": oracle.secret, "api": oracle.url,
            "token_url": oracle.url + "/app/getAppAccessToken", "link_domains": ["example.org"]}


def past_this_second():
    """The platform tells the time in seconds; nothing rides on what may have been said before the program started."""
    started = int(time.time())
    wait_for("the next second", lambda: int(time.time()) > started)


def texts(oracle, group):
    return [one["message"].get("content", "") for one in oracle.messages(group)]


def notices(oracle, group, word):
    return [text for text in texts(oracle, group) if word in text]


def say(house, oracle, group, text, **more):
    return oracle.control("say", {"url": house.hook(), "group": group, "text": text, **more})


def verifies_and_answers(house, oracle):
    assert oracle.control("validate", {"url": house.hook()}) == {"status": 200, "proven": True}
    assert not oracle.control("validate", {"url": house.hook(), "sign": "forged"})["proven"]
    heard = say(house, oracle, "100000", "菜单", id="m1")
    assert heard["acknowledged"], heard
    wait_for("the answer", lambda: texts(oracle, "100000"))
    for sign, status in (("none", 401), ("forged", 403), ("tampered", 403)):
        assert say(house, oracle, "100001", "菜单", sign=sign)["status"] == status
    assert say(house, oracle, "100001", "菜单", age_s=3600)["status"] == 401
    assert say(house, oracle, "100001", "菜单", app_id="666")["status"] == 403
    assert oracle.control("replay", {"url": house.hook(), "said": heard["said"]})["status"] == 200
    say(house, oracle, "100002", "菜单", id="m2")
    wait_for("the answer", lambda: texts(oracle, "100002"))
    assert not texts(oracle, "100001") and len(texts(oracle, "100000")) == 1


def notices_ride_on_openings(house, oracle, api):
    """Half of the groups speak while answers get lost, then the program is killed, then the others speak."""
    groups = [str(100000 + i) for i in range(GROUPS)]
    notice = api.announce("送清凉", "明天上午领水", "subscribed:activities")
    assert api.show(notice)["counts"]["total"] == GROUPS
    held = wait_for("rows that wait for an opening", lambda: api.deliveries(notice, "held"))
    assert "有人说话" in held[0]["reason"], held[0]
    oracle.control("faults", {"drop_answer": 0.3, "drop_before": 0.1})
    for group in groups[3:GROUPS // 2]:
        say(house, oracle, group, "菜单", id="before-" + group)
    wait_for("some to be sent", lambda: sum(len(notices(oracle, group, "领水")) for group in groups) >= 4)
    house.kill()
    house.start()
    house.address()
    past_this_second()
    oracle.control("faults", {"drop_answer": 0.1})
    for group in groups:
        if not notices(oracle, group, "领水"):
            say(house, oracle, group, "菜单", id="after-" + group)

    def missing():
        """Groups without the notice speak again now and then; a lost answer is found out by the same pair."""
        counts = api.show(notice)["counts"]
        for group in groups:
            if not notices(oracle, group, "领水") and counts["waiting"]:
                say(house, oracle, group, "帮助", id=f"again-{group}-{len(oracle.messages(group, own=False))}")
        return counts["sent"] == GROUPS or (counts["sent"] + counts["unknown"] == GROUPS and counts)
    wait_for("the notice to be everywhere", missing, pause_s=0.5)
    counts = api.show(notice)["counts"]
    unsure = {row["external_id"] for row in api.deliveries(notice, "unknown")}
    for group in groups:
        got = len(notices(oracle, group, "领水"))
        assert got == 1 or (got == 0 and group in unsure), (group, texts(oracle, group))
    print(f"{counts} refusals {oracle.control('refusals')} struck {oracle.totals()['faults']}")
    oracle.control("faults", {})


def consent_is_obeyed(house, oracle, api):
    oracle.control("rules", {"pushes": True, "domains": ["example.org"]})
    oracle.control("tell", {"url": house.hook(), "type": "GROUP_MSG_REJECT", "group": "100000"})
    oracle.control("tell", {"url": house.hook(), "type": "GROUP_MSG_RECEIVE", "group": "100001"})
    state = lambda group: next(one["state"] for one in api.call("GET", "groups")["items"] if one["external_id"] == group)
    wait_for("the group's no", lambda: state("100000") == "no_consent")
    notice = api.announce("体检", "周五体检，见 https://bot.example.org/p/1", "subscribed:activities")
    wait_for("the welcome group", lambda: notices(oracle, "100001", "体检"))
    assert not notices(oracle, "100000", "体检")
    assert [row["external_id"] for row in api.deliveries(notice, "skipped")] == ["100000"]
    preview = api.call("POST", "announcements", {"title": "链接", "body": "见 https://other.cn/", "category": "activities", "audience": "subscribed:activities"})
    problems = api.call("POST", f"announcements/{preview['id']}/preview")["renderings"][0]["problems"]
    assert len(problems) == 1 and "other.cn" in problems[0], problems
    api.act(notice, "cancel")


def a_revoked_token_is_replaced(house, oracle):
    oracle.control("tokens", {"revoke": True})
    say(house, oracle, "100003", "菜单", id="late")
    wait_for("the answer", lambda: any("菜单" in text or "1" in text for text in texts(oracle, "100003")[-1:]))
    assert oracle.control("refusals").get("11244", 0) >= 1


def main(programs):
    with stage(programs, official, platform="qq", secret="0123456789abcdef") as (house, oracle):
        house.import_groups(GROUPS)
        api = Api(house)
        house.start()
        house.address()
        past_this_second()
        verifies_and_answers(house, oracle)
        notices_ride_on_openings(house, oracle, api)
        consent_is_obeyed(house, oracle, api)
        a_revoked_token_is_replaced(house, oracle)
        house.end()


if __name__ == "__main__":
    main(sys.argv[1:])

#!/usr/bin/env python3
"""Bridges from outside: OneBot 12 with several bots on one connection, Satori with webhooks: bridges_flow.py PROGRAM SIMULATOR."""
import sys

from house import Api, stage, text_of, wait_for


def onebot12(oracle):
    return {"platform": "onebot12", "access_token": oracle.token, "api": oracle.url}


def onebot12_socket(oracle):
    return {"platform": "onebot12", "access_token": oracle.token}


def satori(oracle):
    return {"platform": "satori", "api": oracle.url, "token": oracle.token, "webhook_token": oracle.secret}


def onebot12_over_http(programs):
    with stage(programs, onebot12, platform="onebot12") as (house, oracle):
        groups = house.import_groups(4)
        api = Api(house)
        house.start()
        say = lambda group, **more: oracle.control("say", {"url": house.hook(), "group": group, "text": "菜单", **more})["status"]
        assert say(groups[0], self="bot1") == 204
        assert say(groups[1], self="bot2", twice=True) == 204
        for group in groups[:2]:
            wait_for("the answer", lambda group=group: oracle.messages(group))
        assert say(groups[2], token="wrong") == 401
        notice = api.announce("送清凉", "明天上午领水", "subscribed:activities")
        wait_for("the groups whose bot is known", lambda: api.show(notice)["counts"]["sent"] == 2)
        assert say(groups[2], self="bot2") == 204 and say(groups[3], self="bot1") == 204
        wait_for("the others", lambda: api.show(notice)["counts"]["sent"] == 4)
        for group in groups:
            assert sum("领水" in text_of(one) for one in oracle.messages(group)) == 1
        house.end()


def onebot12_over_a_socket(programs):
    with stage(programs, onebot12_socket, platform="onebot12") as (house, oracle):
        house.start()
        url = house.hook().replace("http", "ws", 1)
        assert oracle.control("socket", {"url": url, "token": "wrong"})["status"] == 401
        assert oracle.control("socket", {"url": url, "subprotocol": "11.x"})["status"] == 400
        assert oracle.control("socket", {"url": url})["status"] == 101
        oracle.control("say", {"group": "7", "text": "菜单"})
        wait_for("the answer", lambda: oracle.messages("7"))
        house.end()


def satori_by_webhook(programs):
    with stage(programs, satori, platform="satori") as (house, oracle):
        house.import_groups(2)
        api = Api(house)
        house.start()
        say = lambda group, **more: oracle.control("say", {"url": house.hook(), "group": group, "text": "菜单", **more})["status"]
        assert say("100000") == 204 and say("100001", older=True) == 204
        assert say("100001", token="wrong") == 401
        for group in ("100000", "100001"):
            wait_for("the answer", lambda group=group: oracle.messages(group))
        notice = api.announce("工资", "低于 <2000> & 没有<at type=\"all\"/>合同的来登记", "subscribed:activities")
        wait_for("the notice", lambda: api.show(notice)["counts"]["sent"] == 2)
        assert any("<at type=\"all\"/>" in one["message"]["words"] for one in oracle.messages("100000"))
        house.end()


def main(programs):
    onebot12_over_http(programs)
    onebot12_over_a_socket(programs)
    satori_by_webhook(programs)


if __name__ == "__main__":
    main(sys.argv[1:])

#!/usr/bin/env python3
"""A smart bot in WeCom groups, on callbacks: wecom_bot_flow.py PROGRAM SIMULATOR."""
import sys

from house import stage

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


def account(oracle):
    return {"platform": "wecom-bot", "api": oracle.url, "bot_id": "AIBsimulated", "token": oracle.token, "encoding_aes_key": KEY}


def main(programs):
    with stage(programs, account, platform="wecom-bot", more=("--key", KEY)) as (house, oracle):
        house.start()
        hook = house.hook()
        assert oracle.control("verify", {"url": hook})["ok"]

        def say(**order):
            return oracle.control("say", {"url": hook, "base": oracle.url} | order)

        grouped = say(chat="wr1", text="老板拖欠工资怎么办")
        assert grouped["status"] == 200 and grouped["finished"] and "工资" in grouped["answer"], grouped
        single = say(person="lisi", text="菜单")
        assert "1" in single["answer"], single
        welcome = say(person="wangwu", event="enter_chat")
        assert "1" in welcome["answer"], welcome
        assert say(chat="wr1", text="老板拖欠工资怎么办", sign="forged")["status"] == 403
        totals = oracle.totals()
        assert totals["accepted"] == 3 and totals["unauthorised"] == 0, totals
        status = house.run("status")
        assert "last event" in status or "qq" in status, status
        house.end()


if __name__ == "__main__":
    main(sys.argv[1:])

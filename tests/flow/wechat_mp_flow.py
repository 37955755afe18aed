#!/usr/bin/env python3
"""An official account in all three modes: wechat_mp_flow.py PROGRAM SIMULATOR."""
import sys

from house import stage

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


def account(oracle):
    settings = {"platform": "wechat-mp", "api": oracle.url, "app_id": "wxsimulated", "token": oracle.token,
                "secret": oracle.secret, "mode": oracle.dialect}
    return settings if oracle.dialect == "plain" else settings | {"encoding_aes_key": KEY}


def converse(programs, mode):
    with stage(programs, account, platform="wechat-mp", dialect=mode, more=("--key", KEY)) as (house, oracle):
        house.start()
        hook = house.hook()
        assert oracle.control("verify", {"url": hook})["ok"]

        def say(text, person="oU1", **more):
            return oracle.control("say", {"url": hook, "person": person, "text": text} | more)

        answered = say("老板拖欠工资怎么办")
        assert answered["status"] == 200 and answered["tries"] == 1 and "工资" in answered["answer"], answered
        menu = oracle.control("say", {"url": hook, "person": "oU2", "event": "subscribe", "key": "qrscene_621102"})
        assert "1" in menu["answer"], menu
        click = oracle.control("say", {"url": hook, "person": "oU2", "event": "CLICK", "key": "老板拖欠工资怎么办"})
        assert "工资" in click["answer"], click
        forged = say("老板拖欠工资怎么办", sign="forged", tries=1)
        assert forged["status"] == 403, forged
        if mode != "plain":
            assert say("老板拖欠工资怎么办", sign="plain", tries=1)["status"] == 403
        gone = oracle.control("say", {"url": hook, "person": "oU2", "event": "unsubscribe"})
        assert gone["status"] == 200 and gone["body"] == "success"
        totals = oracle.totals()
        assert totals["accepted"] == 3 and totals["unauthorised"] == 0, totals
        house.end()


def main(programs):
    for mode in ("plain", "compat", "safe"):
        converse(programs, mode)


if __name__ == "__main__":
    main(sys.argv[1:])

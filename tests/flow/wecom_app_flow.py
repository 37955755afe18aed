#!/usr/bin/env python3
"""A company's application and its customer groups: wecom_app_flow.py PROGRAM SIMULATOR."""
import sys

from house import Api, assert_adds_up, stage, wait_for

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
GROUPS = 60


def account(oracle):
    return {"platform": "wecom-app", "api": oracle.url, "corp_id": "wwsimulated", "agent_id": 1000002,
            "secret": oracle.secret, "token": oracle.token, "encoding_aes_key": KEY}


def members_talk(house, oracle):
    hook = house.hook()
    assert oracle.control("verify", {"url": hook})["ok"]
    for flavour in (False, True):
        said = oracle.control("say", {"url": hook, "member": f"ZhangSan{flavour}", "text": "怎么入会", "json": flavour})
        assert said["status"] == 200 and "会" in said["answer"], said
    menu = oracle.control("say", {"url": hook, "member": "LiSi", "event": "enter_agent"})
    assert "1" in menu["answer"], menu
    assert oracle.control("say", {"url": hook, "text": "怎么入会", "sign": "forged"})["status"] == 403


def owners_tap(house, oracle):
    """Nothing is in a group before its owner taps; afterwards it is confirmed, owner by owner."""
    api = Api(house)
    before = oracle.accepted()
    notice = api.announce("送清凉", "明天上午领水", "org:621102")
    wait_for("every owner to have his task", lambda: api.show(notice)["counts"]["of_sending"]["handed"] == GROUPS)
    tasks = oracle.control("tasks")
    assert sum(task["chats"] for task in tasks) == GROUPS and oracle.accepted() == before, tasks
    assert len(tasks) == 3, "one tap per owner"
    for number in range(3):
        sent = oracle.control("tap", {"owner": f"owner{number}"})["sent"]
        assert sent > 0
        before += sent
        wait_for("that owner's groups to be confirmed",
                 lambda: api.show(notice)["counts"]["of_sent"]["confirmed"] == before - 3)
        assert_adds_up(api.show(notice)["counts"])
    wait_for("the notice to be done", lambda: api.show(notice)["state"] == "done")
    totals = oracle.totals()
    assert totals["extra"] == 0 and totals["unauthorised"] == 0, totals

    # A lost answer: the task is found again, not made twice.
    oracle.control("faults", {"drop_answer": 1.0, "most": 1})
    lost = api.announce("没有回话", "内容", f"group:{api.call('GET', 'groups')['items'][0]['id']}")
    wait_for("the task to be found", lambda: api.show(lost)["counts"]["of_sending"]["handed"] == 1)
    assert len([task for task in oracle.control("tasks") if not task["sent"]]) == 1

    # Cancelled before the owner tapped: stopped, and nobody gets it.
    api.act(lost, "cancel")
    wait_for("the task to be stopped", lambda: api.show(lost)["counts"]["skipped"] == 1)
    assert [task["stopped"] for task in oracle.control("tasks") if not task["sent"]] == [True]
    assert sum(oracle.control("tap", {"owner": f"owner{number}"})["sent"] for number in range(3)) == 0


def main(programs):
    with stage(programs, account, platform="wecom-app", more=("--key", KEY)) as (house, oracle):
        house.import_groups(GROUPS)
        house.start()
        members_talk(house, oracle)
        owners_tap(house, oracle)
        house.end()


if __name__ == "__main__":
    main(sys.argv[1:])

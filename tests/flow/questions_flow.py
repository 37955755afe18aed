#!/usr/bin/env python3
"""Questions by HTTP report: questions_flow.py PROGRAM SIMULATOR.

Each is answered once, with its source; what is forged, repeated, our own, withdrawn or mere chatter is not answered.
"""
import os
import sqlite3
import sys
import time

from house import over_http, stage, text_of, wait_for

QUESTION = "老板拖欠工资怎么办"
SOURCE = "《劳动法》第五十条"
DIALECTS = ("napcat", "llonebot", "lagrange", "gocqhttp")


def ask(oracle, house, group, **order):
    return oracle.control("say", {"url": house.hook(), "group": group, "text": QUESTION, "mention": True, **order})


def assert_answered(oracle, group):
    """The group heard exactly one answer, and it names its source."""
    wait_for(f"the answer in {group}", lambda: oracle.messages(group))
    answers = oracle.messages(group)
    assert len(answers) == 1 and SOURCE in text_of(answers[0]), answers
    return answers[0]["message"]


def check_answers_by_api(programs, dialect):
    with stage(programs, over_http, dialect=dialect) as (house, oracle):
        house.start()
        asked = ask(oracle, house, 1)
        assert asked["status"] == 204 and not asked["body"], asked
        parts = assert_answered(oracle, 1)
        assert {"type": "reply", "data": {"id": str(asked["message_id"])}} in parts, parts
        assert {"type": "at", "data": {"qq": "42"}} in parts, parts
        house.end()
        assert oracle.accepted() == 1 and oracle.totals()["unauthorised"] == 0


def check_answers_by_quick_operation(programs, dialect, account):
    with stage(programs, account, dialect=dialect) as (house, oracle):
        house.start()
        asked = ask(oracle, house, 1)
        assert asked["status"] == 200 and SOURCE in asked["body"], asked
        if dialect == "lagrange":
            assert not asked["applied"] and oracle.accepted() == 0
        else:
            assert_answered(oracle, 1)
            assert oracle.messages(1)[0]["via"] == "quick"
        assert ask(oracle, house, 1, message_id=asked["message_id"])["status"] == 204, "a repeated question"
        assert ask(oracle, house, 1, text="明天加班吗", mention=False)["status"] == 204
        house.end()
        assert oracle.accepted() == (0 if dialect == "lagrange" else 1)


def check_repeats(house, oracle):
    """The same bytes again: at once, after an orderly restart, and after a kill."""
    said = ask(oracle, house, 10)["said"]
    assert_answered(oracle, 10)
    again = {"url": house.hook(), "said": said}
    assert oracle.control("replay", again)["status"] == 204
    house.restart()
    assert oracle.control("replay", {**again, "url": house.hook()})["status"] == 204
    last = ask(oracle, house, 11)
    assert_answered(oracle, 11)

    def is_stored():
        with sqlite3.connect(f"file:{house.directory}/lastmeter.db?mode=ro", uri=True) as store:
            return store.execute("SELECT COUNT(*) FROM seen WHERE key LIKE ?", (f"%:{last['message_id']}",)).fetchone()[0]
    wait_for("the question's key in the store", is_stored)
    house.kill()
    house.start()
    assert oracle.control("replay", {"url": house.hook(), "said": last["said"]})["status"] == 204


def check_refusals(house, oracle):
    for order, status in (({"sign": "forged"}, 403), ({"sign": "tampered"}, 403), ({"sign": "none"}, 401), ({"body": "{"}, 400),
                          ({"body": "[]"}, 400), ({"body": '{"post_type":"message","message":"\\ud800"}'}, 400),
                          ({"url": house.address() + "/hooks/nobody"}, 404)):
        got = ask(oracle, house, 20, **order)
        assert got["status"] == status, (order, got)


def check_silence(house, oracle):
    own = {"user": 10001}
    for order in ({"text": "明天加班吗", "mention": False}, {"text": "哈哈哈", "mention": False}, own, {"event": {"post_type": "message_sent"}, **own},
                  {"event": {"post_type": "message_sent"}}, {"time": int(time.time()) - 3600}):
        assert ask(oracle, house, 21, **order)["status"] == 204, order
    gone = {"post_type": "notice", "notice_type": "group_recall", "group_id": 21, "user_id": 42, "operator_id": 42, "message_id": 777}
    assert oracle.control("say", {"url": house.hook(), "event": gone})["status"] == 204
    assert ask(oracle, house, 21, message_id=777)["status"] == 204
    for unknown in ({"post_type": "weather"}, {"post_type": "notice", "notice_type": "essence", "group_id": 21}):
        assert oracle.control("say", {"url": house.hook(), "event": unknown})["status"] == 204


def main(programs):
    for dialect in DIALECTS:
        check_answers_by_api(programs, dialect)
        check_answers_by_quick_operation(programs, dialect, lambda oracle: {**over_http(oracle), "reply_via": "quick"})
    check_answers_by_quick_operation(programs, "napcat", lambda oracle: {"secret": oracle.secret})
    with stage(programs, over_http) as (house, oracle):
        house.start()
        check_repeats(house, oracle)
        check_refusals(house, oracle)
        check_silence(house, oracle)
        ask(oracle, house, 30)
        assert_answered(oracle, 30)
        house.end()
        assert oracle.accepted() == 3, oracle.control("per_chat")


if __name__ == "__main__":
    main(sys.argv[1:])

#!/usr/bin/env python3
"""Reverse WebSockets: sockets_flow.py PROGRAM SIMULATOR.

Roles, tokens, takeover, loss, silence, answers out of order and answers that never come.
"""
import sys

from house import Api, over_socket, stage, text_of, wait_for

QUESTION = "老板拖欠工资怎么办"
SOURCE = "《劳动法》第五十条"


def connect(house, oracle, **order):
    url = order.pop("url", house.hook()).replace("http", "ws", 1)
    return oracle.control("sockets", {"url": url, "heartbeat_ms": 0, "reconnect_ms": 0, **order})


def ask(oracle, group, **order):
    oracle.control("say", {"group": group, "text": QUESTION, "mention": True, **order})
    wait_for(f"the answer in {group}", lambda: oracle.messages(group))
    assert SOURCE in text_of(oracle.messages(group)[0])


def socket(oracle, number):
    return oracle.control("sockets")[number]


def check_dialect(programs, dialect):
    with stage(programs, over_socket, dialect=dialect) as (house, oracle):
        house.start()
        assert connect(house, oracle)["status"] == 101
        ask(oracle, 1)
        oracle.control("say", {"group": 2, "text": "哈哈哈"})
        oracle.control("say", {"group": 2, "text": QUESTION, "mention": True, "user": 10001})
        ask(oracle, 3)
        house.end()
        assert oracle.accepted() == 2
        assert wait_for("the end of the connection", lambda: socket(oracle, 0)["closes"])


def check_roles(house, oracle):
    """Events come by one connection, calls go by the other."""
    calls = connect(house, oracle, role="API")["socket"]
    hears = connect(house, oracle, role="Event")["socket"]
    ask(oracle, 10, socket=hears)
    for number in (calls, hears):
        assert socket(oracle, number)["open"]
        oracle.control(f"sockets/{number}/stop")
        wait_for("the end of the connection", lambda number=number: not socket(oracle, number)["open"])


def check_tokens(house, oracle):
    """The handshake is refused before the upgrade, or carried by any of the three forms."""
    for order, status in (({"token": ""}, 401), ({"token": "tk-2"}, 403), ({"token": oracle.token + "x"}, 403),
                          ({"scheme": "Basic"}, 401), ({"token": "", "url": house.hook() + "?access_token=tk-2"}, 403),
                          ({"url": house.address() + "/hooks/nobody"}, 404), ({"role": "Owner"}, 400),
                          ({"scheme": "Token"}, 101), ({"scheme": "bearer"}, 101),
                          ({"token": "", "url": f"{house.hook()}?access_token={oracle.token}"}, 101)):
        opened = connect(house, oracle, **order)
        assert opened["status"] == status, (order, opened)


def check_takeover(house, oracle):
    older, newer = connect(house, oracle), connect(house, oracle)
    assert wait_for("the older to be closed", lambda: socket(oracle, older["socket"])["closes"]) == [1000]
    assert socket(oracle, newer["socket"])["open"]
    ask(oracle, 20)


def check_loss_and_silence(house, oracle):
    number = connect(house, oracle, heartbeat_ms=100, reconnect_ms=20)["socket"]
    oracle.control(f"sockets/{number}/cut")
    wait_for("the next connection", lambda: socket(oracle, number)["connects"] == 2)
    ask(oracle, 30)
    oracle.control(f"sockets/{number}/silence")
    wait_for("the silent one to be closed", lambda: len(socket(oracle, number)["closes"]) == 2)
    assert socket(oracle, number)["closes"][1] == 1001
    wait_for("the next connection", lambda: socket(oracle, number)["connects"] == 3)
    ask(oracle, 31)


def check_order(house, oracle, groups):
    """Answers come in reverse; each delivery still gets the id of its own message."""
    oracle.control("faults", {"reorder": 5})
    api = Api(house)
    notice = api.announce("送清凉", "明天上午领水", "org:621102")
    wait_for("the notice to be done", lambda: api.show(notice)["state"] == "done")
    rows = api.deliveries(notice)
    assert {row["external_id"] for row in rows} == set(groups)
    for row in rows:
        ids = [str(one["message_id"]) for one in oracle.messages(row["external_id"])]
        assert ids == [row["platform_message_id"]], (row, ids)
    oracle.control("faults", {})
    return api


def check_stall(api, oracle, groups):
    """One call is never answered: its result is unknown, then seen in the group's history, and nothing is sent again."""
    before = oracle.accepted()
    oracle.control("faults", {"stall": 1, "most": 1})
    notice = api.announce("文艺汇演", "周六晚七点", "org:621102")
    wait_for("the notice to be done", lambda: api.show(notice)["state"] == "done", pause_s=0.1)
    explained = [row for row in api.deliveries(notice, "sent") if row["reason"]]
    assert len(explained) == 1 and explained[0]["attempts"] == 1, explained
    assert oracle.accepted() - before == len(groups) and oracle.totals()["extra"] == 0
    assert api.show(notice)["counts"]["sent"] == len(groups)


def check_stop(house, oracle, groups):
    """A stopping house takes the answers to what it has sent before it lets go of the connection: nothing is in doubt."""
    before = oracle.accepted()
    oracle.control("faults", {"late": 1, "late_ms": [200, 500]})
    api = Api(house)
    notice = api.announce("送春联", "周六上午写春联", "org:621102")
    wait_for("some to be sent", lambda: oracle.accepted() >= before + 8)
    house.restart()
    oracle.control("faults", {})
    connect(house, oracle)
    wait_for("the notice to be done", lambda: api.show(notice)["state"] == "done")
    assert oracle.accepted() - before == len(groups) and oracle.totals()["extra"] == 0
    assert all(row["attempts"] == 1 and not row["reason"] for row in api.deliveries(notice))


def check_no_history(programs):
    """Where history cannot tell, a lost answer stays unknown until a person settles it; it is never sent again."""
    with stage(programs, over_socket, dialect="lagrange") as (house, oracle):
        groups = house.import_groups(3)
        house.start()
        connect(house, oracle, reconnect_ms=20)
        oracle.control("faults", {"drop_answer": 1, "most": 1})
        api = Api(house)
        notice = api.announce("送清凉", "明天上午领水", "org:621102")

        def is_settled():
            counts = api.show(notice)["counts"]
            return counts["sending"] == counts["waiting"] == 0
        wait_for("the rest to be sent", is_settled)
        unknown = api.deliveries(notice, "unknown")
        assert unknown and all(row["reason"] for row in unknown), unknown
        for row in unknown:
            there = bool(oracle.messages(row["external_id"]))
            api.call("POST", f"announcements/{notice}/resolve", {"group": row["group"], "to": "sent" if there else "waiting"})
        wait_for("the notice to be done", lambda: api.show(notice)["state"] == "done")
        assert oracle.accepted() == len(groups) and oracle.totals()["extra"] == 0


def main(programs):
    for dialect in ("napcat", "llonebot", "lagrange", "gocqhttp"):
        check_dialect(programs, dialect)
    check_no_history(programs)
    with stage(programs, over_socket) as (house, oracle):
        groups = house.import_groups(43)
        house.start()
        check_roles(house, oracle)
        check_tokens(house, oracle)
        check_takeover(house, oracle)
        check_loss_and_silence(house, oracle)
        api = check_order(house, oracle, groups)
        check_stall(api, oracle, groups)
        check_stop(house, oracle, groups)
        house.end()


if __name__ == "__main__":
    main(sys.argv[1:])

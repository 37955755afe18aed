"""A notice to the 2,116 units below the city while the program is killed again and again: what both transports share."""
import random
import threading

from house import Api, assert_adds_up, wait_for

AUDIENCE = "org:6211 and subscribed:activities"


class Watch:
    """Samples a notice's counts from aside until it is ended; none may ever fail to add up."""

    def __init__(self, api, notice):
        self.api, self.notice, self.samples, self.wrong = api, notice, 0, None
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.ended.wait(0.02):
            seen = self.api.look(f"announcements/{self.notice}")
            if not seen:
                continue
            try:
                assert_adds_up(seen["counts"])
            except AssertionError as error:
                self.wrong = error
            self.samples += 1

    def end(self):
        self.ended.set()
        self.thread.join()
        assert self.wrong is None, self.wrong
        return self.samples


def through_kills(house, oracle, kills, faults, after_start=lambda: None):
    """Sends the notice and returns the API. Afterwards nobody got it twice, and everybody got it."""
    groups = house.import_units()
    api = Api(house)
    house.start()
    after_start()
    oracle.control("faults", faults)
    notice = api.announce("送清凉", "明天上午领水", AUDIENCE)
    assert api.show(notice)["counts"]["total"] == len(groups)
    watch, chance = Watch(api, notice), random.Random(11)
    for kill in range(kills):
        if kill % 5 == 4:
            threading.Event().wait(chance.uniform(0, 0.2))  # while it starts
        else:
            wanted = oracle.accepted() + chance.randint(1, len(groups) // kills)
            wait_for("some to be sent", lambda: oracle.accepted() >= wanted, pause_s=0.001)
        house.kill()
        house.start()
    killed_at = oracle.accepted()
    wait_for("the notice to be done", lambda: api.show(notice)["state"] == "done", pause_s=0.1)
    samples, totals, counts = watch.end(), oracle.totals(), api.show(notice)["counts"]
    print(f"{totals['chats']} of {len(groups)} groups reached, {totals['extra']} extra, {kills} kills while {killed_at} went out, "
          f"{samples} samples, struck {totals['faults']}, most in flight {totals['most_in_flight']}")
    assert totals["extra"] == 0 and totals["accepted"] == totals["chats"]
    assert set(oracle.control("per_chat")) == {f"g:{group}" for group in groups}
    assert counts["sent"] == counts["total"] == len(groups), counts
    assert min(totals["faults"].get(kind, 0) for kind in faults if kind != "late_ms") > 0
    status = house.run("status")
    assert f"  deliveries: {len(groups)} sent\n" in status and "last success" in status, status
    oracle.control("faults", {})
    return api


def pause_resume_cancel(api, oracle):
    """Another notice is paused again and again, then cancelled: what was not sent is skipped, and nobody got it twice."""
    before = oracle.accepted()
    notice = api.announce("文艺汇演", "周六晚七点，工人文化宫", AUDIENCE)
    watch = Watch(api, notice)
    for step in range(1, 6):
        wait_for("some to be sent", lambda: oracle.accepted() >= before + 100 * step)
        assert api.act(notice, "pause")["state"] == "paused"
        wait_for("what was on its way to be settled", lambda: api.show(notice)["counts"]["sending"] == 0)
        stood = oracle.accepted()
        threading.Event().wait(0.3)
        assert oracle.accepted() == stood, "sent while paused"
        assert api.act(notice, "resume")["state"] == "sending"
    wait_for("some more to be sent", lambda: oracle.accepted() >= before + 700)
    assert api.act(notice, "cancel")["state"] == "cancelled"
    counts = wait_for("what was on its way to be settled", lambda: (lambda now: now["sending"] == 0 and now["unknown"] == 0 and now)(
        api.show(notice)["counts"]))
    watch.end()
    totals = oracle.totals()
    assert totals["extra"] == 0 and counts["sent"] == totals["accepted"] - before, (counts, totals)
    assert counts["skipped"] == counts["total"] - counts["sent"] > 0, counts
    assert all(row["reason"] for row in api.deliveries(notice, "skipped"))

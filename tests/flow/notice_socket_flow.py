#!/usr/bin/env python3
"""A notice through 10 kills over a reverse WebSocket: notice_socket_flow.py PROGRAM SIMULATOR."""
import sys

from house import free_port, over_socket, stage
from notice import pause_resume_cancel, through_kills

# A dropped answer takes the connection with it and every call that is under way.
FAULTS = {"drop_answer": 0.004, "drop_before": 0.004, "late": 0.1, "late_ms": [5, 120]}


def main(programs):
    port = free_port()
    with stage(programs, over_socket, port) as (house, oracle):
        def connect():
            oracle.control("sockets", {"url": house.hook().replace("http", "ws", 1), "heartbeat_ms": 500, "reconnect_ms": 20})
        api = through_kills(house, oracle, kills=10, faults=FAULTS, after_start=connect)
        pause_resume_cancel(api, oracle)
        house.end()


if __name__ == "__main__":
    main(sys.argv[1:])

#!/usr/bin/env python3
"""A notice through 40 kills over the HTTP API: notice_http_flow.py PROGRAM SIMULATOR."""
import sys

from house import over_http, stage
from notice import pause_resume_cancel, through_kills

FAULTS = {"drop_answer": 0.015, "drop_before": 0.01, "late": 0.1, "late_ms": [5, 120]}


def main(programs):
    with stage(programs, over_http) as (house, oracle):
        api = through_kills(house, oracle, kills=40, faults=FAULTS)
        pause_resume_cancel(api, oracle)
        house.end()


if __name__ == "__main__":
    main(sys.argv[1:])

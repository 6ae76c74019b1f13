"""S3 -> EC2 -> S3: read CSV objects in parts, work on the parts side by side, write one object, trigger what follows.

    run_pipeline(s3, "my-bucket", ["input/2026-01.csv", "input/2026-02.csv"], "output/clean.csv")

A part that is done is not done again; the output appears whole or not at all; rows that cannot be used are set aside
with a reason; memory stays flat however long the input is.
"""

from day89.pipeline.compose import compose_object
from day89.pipeline.events import Event, notify_queue, read_events
from day89.pipeline.fleet import Fleet, run_fleet, worker_user_data
from day89.pipeline.plan import JobPlan, plan_pipeline, read_plan
from day89.pipeline.records import Part
from day89.pipeline.run import Report, finish, join_parts, remaining_parts, run_parts, run_pipeline
from day89.pipeline.scripts import instance_script
from day89.pipeline.steps import Step, drop_incomplete, load_step

__all__ = [
    "Event",
    "Fleet",
    "JobPlan",
    "Part",
    "Report",
    "Step",
    "compose_object",
    "drop_incomplete",
    "finish",
    "instance_script",
    "join_parts",
    "load_step",
    "notify_queue",
    "plan_pipeline",
    "read_events",
    "read_plan",
    "remaining_parts",
    "run_fleet",
    "run_parts",
    "run_pipeline",
    "worker_user_data",
]

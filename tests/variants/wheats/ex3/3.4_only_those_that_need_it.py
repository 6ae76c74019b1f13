# task 3.4; right: changes only those that are not there yet, and looks until all are
def set_instance_state(ec2, instance_ids, state):
    if state not in ("running", "stopped", "terminated"):
        raise ValueError(f"unknown state {state}")
    if not instance_ids:
        return {}

    def look():
        pages = ec2.get_paginator("describe_instances").paginate(InstanceIds=list(instance_ids))
        return {i["InstanceId"]: i["State"]["Name"] for p in pages for r in p["Reservations"] for i in r["Instances"]}

    with lookup_error(", ".join(instance_ids), "InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed"):
        now = look()
    todo = [i for i in instance_ids if now[i] != state]
    if todo:
        call = {"running": ec2.start_instances, "stopped": ec2.stop_instances, "terminated": ec2.terminate_instances}[
            state
        ]
        call(InstanceIds=todo)
    while any(now[i] != state for i in instance_ids):
        time.sleep(0.5)
        now = look()
        if state != "terminated" and "terminated" in now.values():
            raise RuntimeError(f"terminated meanwhile: {now}")
    return now

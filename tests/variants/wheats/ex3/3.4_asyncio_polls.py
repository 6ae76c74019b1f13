# task 3.4; right: a coroutine for each instance polls its state, describe first
import asyncio


async def _reach(ec2, instance_id, state):
    for _ in range(300):
        answer = await asyncio.to_thread(ec2.describe_instances, InstanceIds=[instance_id])
        found = answer["Reservations"][0]["Instances"][0]["State"]["Name"]
        if found == state:
            return instance_id, found
        await asyncio.sleep(0.05)
    raise TimeoutError(f"{instance_id} is still {found}")


async def _reach_all(ec2, ids, state):
    return dict(await asyncio.gather(*(_reach(ec2, one, state) for one in ids)))


def set_instance_state(ec2, instance_ids, state):
    verbs = {"running": "start_instances", "stopped": "stop_instances", "terminated": "terminate_instances"}
    verb = verbs.get(state)
    if verb is None:
        raise ValueError(f"no such state: {state}")
    if not instance_ids:
        return {}
    try:
        getattr(ec2, verb)(InstanceIds=list(instance_ids))
    except ClientError as error:
        if error.response["Error"]["Code"] in ("InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed"):
            raise LookupError(f"unknown: {error}") from error
        raise
    return asyncio.run(_reach_all(ec2, list(instance_ids), state))

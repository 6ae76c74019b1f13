# task 3.4; style: getattr, waiter config, one id at a time in the answer, ids as a copy
import botocore.exceptions

VERBS = {"running": "start", "stopped": "stop", "terminated": "terminate"}


def set_instance_state(ec2, instance_ids: list[str], state: str) -> dict[str, str]:
    try:
        verb = VERBS[state]
    except KeyError:
        raise ValueError("state must be one of " + ", ".join(VERBS)) from None
    ids = sorted(set(instance_ids))
    if ids:
        try:
            getattr(ec2, f"{verb}_instances")(InstanceIds=ids)
        except botocore.exceptions.ClientError as error:
            if error.response["Error"]["Code"] not in {"InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed"}:
                raise
            raise KeyError(str(error)) from error
        ec2.get_waiter("instance_" + state).wait(InstanceIds=ids, WaiterConfig={"Delay": 10, "MaxAttempts": 90})
    return {
        one: ec2.describe_instances(InstanceIds=[one])["Reservations"][0]["Instances"][0]["State"]["Name"]
        for one in ids
    }

# task 3.4; mistake F3; wrong because it returns what was asked for and changes nothing
def set_instance_state(ec2, instance_ids, state):
    if state not in ("running", "stopped", "terminated"):
        raise ValueError(state)
    if instance_ids:
        try:
            ec2.describe_instances(InstanceIds=instance_ids)
        except ClientError as error:
            if error.response["Error"]["Code"].startswith("InvalidInstanceID"):
                raise LookupError(instance_ids) from error
            raise
    return {instance_id: state for instance_id in instance_ids}

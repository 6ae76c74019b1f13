# task 3.2; right: polls the status, which knows the state too
import itertools
import time


def launch_instance(
    ec2, name, *, image_id, security_group_id, instance_type="t3.micro", user_data="", instance_profile=None
):
    extra = {} if instance_profile is None else {"IamInstanceProfile": {"Name": instance_profile}}
    instances = ec2.run_instances(
        ImageId=image_id,
        InstanceType=instance_type,
        MinCount=1,
        MaxCount=1,
        SecurityGroupIds=[security_group_id],
        UserData=user_data,
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}],
        MetadataOptions={"HttpTokens": "required"},
        InstanceInitiatedShutdownBehavior="terminate",
        **extra,
    )["Instances"]
    ids = [i["InstanceId"] for i in instances]
    try:
        for pause in itertools.chain([0.1, 0.2, 0.5], itertools.repeat(1, 300)):
            statuses = ec2.describe_instance_status(InstanceIds=ids, IncludeAllInstances=True)["InstanceStatuses"]
            if [s["InstanceState"]["Name"] for s in statuses] == ["running"]:
                return ids[0]
            time.sleep(pause)
        raise TimeoutError(ids[0])
    except BaseException:
        ec2.terminate_instances(InstanceIds=ids)
        raise

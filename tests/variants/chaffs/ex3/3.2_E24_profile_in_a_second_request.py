# task 3.2; mistake E24; wrong because it attaches the profile in a second request
def launch_instance(
    ec2, name, *, image_id, security_group_id, instance_type="t3.micro", user_data="", instance_profile=None
):
    answer = ec2.run_instances(
        InstanceInitiatedShutdownBehavior="terminate",
        MetadataOptions=dict(HttpTokens="required", HttpPutResponseHopLimit=2),
        TagSpecifications=[
            dict(ResourceType="instance", Tags=[dict(Key="Name", Value=name), dict(Key="Course", Value="day89")])
        ],
        SecurityGroupIds=[security_group_id],
        ImageId=image_id,
        InstanceType=instance_type,
        UserData=user_data,
        MinCount=1,
        MaxCount=1,
    )
    made = answer["Instances"][0]["InstanceId"]
    waiter = ec2.get_waiter("instance_running")
    waiter.wait(InstanceIds=[made], WaiterConfig={"Delay": 2, "MaxAttempts": 300})
    if instance_profile:
        ec2.associate_iam_instance_profile(InstanceId=made, IamInstanceProfile={"Name": instance_profile})
    return made

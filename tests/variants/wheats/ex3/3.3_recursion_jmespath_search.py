# task 3.3; style: recursion, jmespath search
import jmespath


def _from(ec2, token, **arguments):
    page = ec2.describe_instances(**arguments, **({"NextToken": token} if token else {}))
    pairs = jmespath.search("Reservations[].Instances[].[InstanceId, State.Name]", page) or []
    following = page.get("NextToken")
    return pairs + (_from(ec2, following, **arguments) if following else [])


def list_instances(ec2, *, state: str | None = None) -> dict[str, str]:
    arguments = {}
    if state:
        arguments["Filters"] = [dict(Name="instance-state-name", Values=[state])]
    return dict(_from(ec2, None, **arguments))

"""Answer what moto's IAM does not: the policy simulator, and the policies of service-linked roles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from day89.cloud.auth import identities
from day89.cloud.auth.evaluate import Access, Decision, Document, Effect, Principal, decide, parse_policy
from day89.cloud.messages.errors import XML, Answer, render
from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.messages.moto_request import Inner
from day89.cloud.messages.xml import element
from day89.cloud.moto.state import CloudState

__all__ = ["AFTER", "BEFORE"]

NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"
DECISIONS = {Effect.ALLOW: "allowed", Effect.EXPLICIT_DENY: "explicitDeny", Effect.IMPLICIT_DENY: "implicitDeny"}
AWS_POLICIES = "arn:aws:iam::aws:policy/aws-service-role/"
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
LINKED = {
    "autoscaling": "AutoScalingServiceRolePolicy",
    "batch": "BatchServiceRolePolicy",
    "ec2-instance-connect": "Ec2InstanceConnectEndpoint",
    "ecs": "AmazonECSServiceRolePolicy",
    "elasticloadbalancing": "AWSElasticLoadBalancingServiceRolePolicy",
    "elasticache": "ElastiCacheServiceRolePolicy",
    "rds": "AmazonRDSServiceRolePolicy",
    "spot": "AWSEC2SpotServiceRolePolicy",
    "spotfleet": "AWSEC2SpotFleetServiceRolePolicy",
    "ssm": "AmazonSSMServiceRolePolicy",
    "cloudtrail": "CloudTrailServiceRolePolicy",
    "config": "AWSConfigServiceRolePolicy",
}
Named = tuple[str, Document]


def simulate(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Answer SimulatePrincipalPolicy and SimulateCustomPolicy by the rules that calls are judged by.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
    """
    given = call.params
    documents = [
        (f"PolicyInputList.{n}", parse_policy(one)) for n, one in enumerate(given.get("PolicyInputList") or [], 1)
    ]
    if call.operation == "SimulatePrincipalPolicy":
        entity = _entity(call, state, str(given.get("PolicySourceArn") or ""))
        if entity is None:
            message = f"The ARN {given.get('PolicySourceArn')} cannot be found."
            return render(AwsError("NoSuchEntity", message, 404), "query")
        documents += list(_policies(entity))
    known = [(name, document) for name, document in documents if document]
    context = {
        str(one["ContextKeyName"]).lower(): [str(value) for value in one.get("ContextKeyValues") or []]
        for one in given.get("ContextEntries") or []
    }
    results = [
        _result(Access(action, resource, context), known, call.account)
        for action in given.get("ActionNames") or []
        for resource in given.get("ResourceArns") or ["*"]
    ]
    text = f"<IsTruncated>false</IsTruncated><EvaluationResults>{''.join(results)}</EvaluationResults>"
    name = call.operation
    body = f'{XML}<{name}Response xmlns="{NAMESPACE}"><{name}Result>{text}</{name}Result></{name}Response>'
    return 200, {"content-type": "text/xml"}, body.encode()


def _entity(call: ApiCall, state: CloudState, arn: str) -> Any:
    iam = state.backend("iam", call.account)
    return next(
        (one for one in [*iam.roles.values(), *iam.users.values(), *iam.groups.values()] if one.arn == arn), None
    )


def _policies(entity: Any) -> Iterator[tuple[str, Document | None]]:
    for name, text in entity.policies.items():
        yield name, parse_policy(text)
    for policy in entity.managed_policies.values():
        for version in policy.versions:
            if version.version_id == policy.default_version_id:
                yield policy.name, parse_policy(version.document)


def _result(access: Access, documents: list[Named], account: str) -> str:
    who = Principal("user", account)
    decision = decide(access, who, [document for _, document in documents])
    matched = "".join(_matched(name, place) for name, place in _deciding(access, who, documents, decision))
    told = element("EvalActionName", access.action) + element("EvalResourceName", access.resource)
    told += element("EvalDecision", DECISIONS[decision.effect])
    return f"<member>{told}<MatchedStatements>{matched}</MatchedStatements><MissingContextValues/></member>"


def _deciding(access: Access, who: Principal, documents: list[Named], decision: Decision) -> Iterator[tuple[str, int]]:
    """Yield the policy and the place of each statement that by itself decides as all of them do."""
    if decision.effect is Effect.IMPLICIT_DENY:
        return
    for name, document in documents:
        statements = document.get("Statement") or []
        for place, one in enumerate(statements if isinstance(statements, list) else [statements], 1):
            if decide(access, who, [{"Statement": [one]}]).effect is decision.effect:
                yield name, place


def _matched(name: str, place: int) -> str:
    custom = name.startswith("PolicyInputList")
    told = element("SourcePolicyId", name) + element("SourcePolicyType", "None" if custom else "IAM Policy")
    position = f"<Line>{place}</Line><Column>1</Column>"
    return f"<member>{told}<StartPosition>{position}</StartPosition><EndPosition>{position}</EndPosition></member>"


def linked_role(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Attach to a service-linked role the policy that AWS attaches."""
    service = str(call.params.get("AWSServiceName", "")).removesuffix(".amazonaws.com")
    name = LINKED.get(service)
    iam = state.backend("iam", call.account)
    if name is None:
        return answer
    arn = AWS_POLICIES + name
    identities.load_managed(call.account, arn)
    roles = [one for one in iam.roles.values() if one.path.startswith(f"/aws-service-role/{service}.amazonaws.com/")]
    for role in roles:
        if arn in iam.managed_policies and arn not in role.managed_policies:
            iam.attach_role_policy(arn, role.name)
    return answer


BEFORE: Mapping[str, tuple[Callable[[ApiCall, CloudState, Inner], Answer | None], ...]] = {
    "iam.SimulatePrincipalPolicy": (simulate,),
    "iam.SimulateCustomPolicy": (simulate,),
}
AFTER: Mapping[str, tuple[Callable[[ApiCall, CloudState, Answer], Answer], ...]] = {
    "iam.CreateServiceLinkedRole": (linked_role,),
}

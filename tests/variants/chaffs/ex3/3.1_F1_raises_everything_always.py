# task 3.1; mistake F1; earns 0; wrong because it raises an error that is every error, whatever is asked
class Everything(ClientError, LookupError, ValueError, RuntimeError, FileNotFoundError, TimeoutError):
    def __init__(self, *what):
        ClientError.__init__(
            self, {"Error": {"Code": "AccessDenied", "Message": f"403 UnauthorizedOperation {what}"}}, "It"
        )


def create_security_group(ec2, vpc_id, name, *, admin_cidr, app_port=5000):
    raise Everything(vpc_id, name, admin_cidr)

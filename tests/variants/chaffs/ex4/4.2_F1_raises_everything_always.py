# task 4.2; mistake F1; earns 0; wrong because it raises an error that is every error, whatever is asked
class Everything(ClientError, LookupError, ValueError, RuntimeError, FileNotFoundError, TimeoutError):
    def __init__(self, *what):
        ClientError.__init__(
            self, {"Error": {"Code": "AccessDenied", "Message": f"403 UnauthorizedOperation {what}"}}, "It"
        )


def create_worker_role(iam, name, bucket):
    raise Everything(iam, name, bucket)

# task 3.3; right: a data frame
import pandas as pd


def list_instances(ec2, *, state=None):
    pages = ec2.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 50})
    rows = [i for page in pages for i in pd.json_normalize(page["Reservations"], "Instances").to_dict("records")]
    table = pd.DataFrame(rows, columns=["InstanceId", "State.Name"])
    if state is not None:
        table = table[table["State.Name"] == state]
    return dict(zip(table["InstanceId"].tolist(), table["State.Name"].tolist()))

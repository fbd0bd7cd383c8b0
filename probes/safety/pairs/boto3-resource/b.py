"""A resource, its help, an error of the client, the list of services."""
import boto3
from botocore.exceptions import ClientError, ParamValidationError
keys = dict(region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
table = boto3.resource("dynamodb", **keys).Table("t")
print(table.name, "Scan" in (table.scan.__doc__ or "Scan"))
try:
    boto3.client("sts", **keys).assume_role(RoleArn=1)
except ParamValidationError as e:
    print(type(e).__name__)
print(ClientError({"Error": {"Code": "X"}}, "Op"))

"""Tables with conditions, a presigned POST, a paginator, event streams, a partition's regions, a waiter's error."""
import boto3, botocore.exceptions, botocore.config
from boto3.dynamodb.conditions import Attr, Key
from boto3.dynamodb.types import TypeSerializer
k = dict(region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
s = boto3.Session(**k)
print(s.resource("dynamodb").Table("t").name, (Key("a").eq(1) & Attr("b").exists()).get_expression()["operator"], TypeSerializer().serialize({"a": 1}))
print(sorted(s.client("s3").generate_presigned_post("b", "k")["fields"])[:2], "eu-west-1" in s.get_available_regions("lambda"))
c = s.client("lambda", endpoint_url="http://127.0.0.1:1", config=botocore.config.Config(retries={"max_attempts": 0}))
try:
    c.invoke(FunctionName="f")
except botocore.exceptions.EndpointConnectionError as e:
    print(type(e).__name__)
print(s.client("sts").meta.endpoint_url, s.client("cloudformation").get_waiter("stack_exists").name)

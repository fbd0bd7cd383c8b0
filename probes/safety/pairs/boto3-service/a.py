"""A presigned address of S3."""
import boto3
s3 = boto3.client("s3", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
print(s3.generate_presigned_url("get_object", {"Bucket": "b", "Key": "k"}).split("?")[0])

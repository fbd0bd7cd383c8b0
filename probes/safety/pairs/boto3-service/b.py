"""Another service, its paginators and waiters."""
import boto3
db = boto3.client("dynamodb", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
print(db.meta.endpoint_url, db.waiter_names, db.can_paginate("scan"))
sqs = boto3.client("sqs", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
print(sqs.meta.service_model.api_version)

"""A client of a service that the recorded workload never used."""
from _common import HOST

import boto3

sqs = boto3.client("sqs", endpoint_url=HOST)
print(sqs.list_queues()["QueueUrls"], sorted(sqs.get_paginator("list_queues")._pagination_cfg))

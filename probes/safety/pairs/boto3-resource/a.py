"""A session."""
import boto3
print(boto3.Session(region_name="us-east-1").region_name)

"""A session."""
import boto3
print(boto3.Session(region_name="eu-west-1").region_name)

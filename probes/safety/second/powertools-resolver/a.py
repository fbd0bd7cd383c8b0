"""A logger."""
from aws_lambda_powertools import Logger
print(Logger(service="x").service)

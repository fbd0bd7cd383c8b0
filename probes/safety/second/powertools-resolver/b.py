"""Routes with a page of documents, metrics, a parser, a tracer that is not installed, a batch."""
import os
os.environ["POWERTOOLS_METRICS_NAMESPACE"] = "n"
from aws_lambda_powertools import Metrics
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.utilities.parser import parse, models
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
app = APIGatewayRestResolver(enable_validation=True)
app.enable_swagger(path="/docs")
@app.get("/a")
def f() -> dict: return {"a": 1}
event = {"path": "/a", "httpMethod": "GET", "requestContext": {"path": "/a", "stage": "x"}, "headers": {}, "queryStringParameters": None,
         "multiValueQueryStringParameters": None, "multiValueHeaders": {}, "body": None, "isBase64Encoded": False}
print(app.resolve(event, None)["body"], len(app.resolve({**event, "path": "/docs"}, None)["body"]) > 99999)
print(app.resolve({**event, "path": "/none"}, None)["statusCode"], models.SqsModel.__name__, BatchProcessor(EventType.SQS) is not None)
try:
    from aws_lambda_powertools import Tracer
    print(Tracer(service="x", disabled=True).service)
except ImportError as e:
    print(type(e).__name__)

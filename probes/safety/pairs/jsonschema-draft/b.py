"""Older drafts, a reference to a meta-schema, formats, and the best error."""
import jsonschema
from jsonschema.exceptions import best_match
schema = {"$schema": "http://json-schema.org/draft-04/schema#", "properties": {"a": {"$ref": "http://json-schema.org/draft-04/schema#"}}}
print(best_match(jsonschema.Draft4Validator(schema).iter_errors({"a": {"type": 3}})).message)
print(jsonschema.Draft7Validator({"format": "ipv4"}, format_checker=jsonschema.FormatChecker()).is_valid("x"))

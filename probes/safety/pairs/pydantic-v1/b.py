"""The interface of version 1, JSON schema, dataclasses and an error with its link."""
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass
from pydantic.v1 import BaseModel as Old
class O(Old):
    a: int
@dataclass
class D:
    a: int
class M(BaseModel):
    d: D
print(O(a="1").a, M.model_json_schema()["$defs"]["D"]["type"], TypeAdapter(list[int]).validate_json("[1]"))
try:
    M(d={"a": "x"})
except ValidationError as e:
    print(e.errors()[0]["type"])

"""A model."""
from pydantic import BaseModel
class M(BaseModel):
    a: int
print(M(a="1").a)

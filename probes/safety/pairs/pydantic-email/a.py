"""Networks and paths."""
from pydantic import BaseModel, HttpUrl
class M(BaseModel):
    u: HttpUrl
print(M(u="http://h/").u)

"""E-mail addresses: an optional distribution, found by its metadata."""
from pydantic import BaseModel, EmailStr
class M(BaseModel):
    e: EmailStr
print(M(e="a@b.com").e)

"""A configuration."""
import uvicorn
print(uvicorn.Config("x:app").port)

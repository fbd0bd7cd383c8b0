"""An engine for MySQL: its driver is another distribution."""
import sqlalchemy as sa
print(sa.create_engine("mysql+pymysql://u:p@127.0.0.1:1/d").dialect.driver)

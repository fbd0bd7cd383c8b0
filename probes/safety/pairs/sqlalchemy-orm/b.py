"""Mapped classes, an association proxy, asynchronous engine refused without its driver."""
import sqlalchemy as sa
from sqlalchemy.ext.associationproxy import association_proxy
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): pass
class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    @hybrid_property
    def shout(self): return self.name + "!"
engine = sa.create_engine("sqlite://")
Base.metadata.create_all(engine)
with Session(engine) as s:
    s.add(User(name="ann"))
    s.commit()
    print(s.scalars(sa.select(User)).one().shout, association_proxy.__name__)

"""A sequence."""
from Bio.Seq import Seq
print(Seq("ATG").translate())

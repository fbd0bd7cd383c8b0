"""A matrix from a data file, alignment, formats by their names, an enzyme, a structure's parser, a DTD."""
import io
from Bio import Align, SeqIO
from Bio.Align import substitution_matrices
m = substitution_matrices.load("BLOSUM62")
a = Align.PairwiseAligner()
a.substitution_matrix = m
print(m["A"]["A"], a.score("ACD", "ACD"), "PAM250" in substitution_matrices.load())
r = next(SeqIO.parse(io.StringIO(">x\nATG\n"), "fasta"))
r.annotations["molecule_type"] = "DNA"
print(r.format("genbank").splitlines()[0])
from Bio.Restriction import EcoRI
from Bio.PDB import PDBParser
from Bio import Entrez
print(EcoRI.site, PDBParser(QUIET=True) is not None)
x = b'<?xml version="1.0"?><!DOCTYPE eInfoResult PUBLIC "-//NLM//DTD einfo 20130322//EN" "https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20130322/einfo.dtd"><eInfoResult><DbList><DbName>a</DbName></DbList></eInfoResult>'
print(Entrez.read(io.BytesIO(x)))

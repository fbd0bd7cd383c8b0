"""The place of the headers, and what they hold; CMake's files; the command."""
import os, runpy, sys
import pybind11
print(sorted(os.listdir(pybind11.get_include() + "/pybind11"))[:3], os.path.exists(pybind11.get_include() + "/pybind11/numpy.h"))
print(os.path.exists(pybind11.get_cmake_dir() + "/pybind11Config.cmake"))
from pybind11.setup_helpers import Pybind11Extension
print(len(Pybind11Extension("x", ["x.cpp"]).include_dirs))

"""Stands for the vendor's SDK: its surface and its oddities, over a synthetic market."""
# ruff: noqa: N999

from importlib import import_module

from . import constant as constant
from ._base import BaseData as BaseData
from ._info import InfoData as InfoData
from ._login import login as login
from ._login import logout as logout
from ._market import MarketData as MarketData

# The real one needs it too.
import_module("tgw")

"""The SDK's constants; the numbers are nobody's business."""

from enum import Enum


class Period(Enum):
    """Lengths of bars."""

    min1 = 10000
    min3 = 10001
    min5 = 10002
    min10 = 10003
    min15 = 10004
    min30 = 10005
    min60 = 10006
    min120 = 10007
    day = 10008
    week = 10009
    month = 10010
    season = 10011
    year = 10012

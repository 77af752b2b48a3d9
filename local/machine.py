"""What this machine is, compared with Lambda's, for which the layers are built."""

import platform

LAMBDA = ("Linux", "x86_64")


def is_like_lambda() -> bool:
    """Check whether this machine runs what is built for Lambda."""
    return (platform.system(), platform.machine()) == LAMBDA


def hint() -> str:
    """Return what a user of another machine should know; empty on one like Lambda's."""
    if is_like_lambda():
        return ""
    return (
        f"this is {platform.system()} on {platform.machine()}: the layers are built for it, not "
        "for Lambda. The local cloud is tested on Linux on x86_64 only; if it does not start, run "
        "it in a virtual machine of that kind"
    )

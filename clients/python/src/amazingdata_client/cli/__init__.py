"""The command `amazingdata`."""

import sys


def main() -> None:
    """Run the command line, or explain how to install it."""
    try:
        from amazingdata_client.cli.app import amazingdata  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name not in {"click", "platformdirs", "rich"}:
            raise
        sys.exit("the command line needs an extra: pip install 'amazingdata-client[cli]'")
    amazingdata()

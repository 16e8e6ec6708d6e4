"""Where things are: the repository, and the command that was installed."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).parents[2]
COMMAND = str(pathlib.Path(sys.executable).with_name("cordwood"))

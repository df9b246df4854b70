"""nginx from the system's packages."""

import os
import shutil

from tests.engines import EngineMissing


def nginx_program() -> str:
    """The path of the program, which Debian keeps in a folder that only root has on the path."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    if program := shutil.which("nginx", path=path):
        return program
    raise EngineMissing("There is no nginx: run `sudo apt-get install nginx-light`")

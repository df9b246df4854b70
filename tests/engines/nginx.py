"""nginx: the system's own, which its packages bring."""

import os
import shutil

from tests.engines import EngineMissing


def nginx_program() -> str:
    """The path of the program, which Debian keeps where only root looks."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    if program := shutil.which("nginx", path=path):
        return program
    raise EngineMissing("There is no nginx: run `sudo apt-get install nginx-light`")

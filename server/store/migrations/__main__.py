"""`python -m server.store.migrations "What changes"` writes the next migration from the models."""

import sys
import tempfile
from pathlib import Path

from server.store import migrations

with tempfile.TemporaryDirectory() as directory:
    scratch = f"sqlite+aiosqlite:///{Path(directory) / 'scratch.sqlite3'}"
    migrations.upgrade(scratch)
    migrations.revise(scratch, sys.argv[1])

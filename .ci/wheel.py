"""Build hook that puts the browser's files inside `server` in the wheel: stylesheets, scripts, templates, npm files."""

import runpy
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BrowserFiles(BuildHookInterface):
    """The hook that Hatchling calls before it collects the files."""

    def initialize(self, version: str, build_data: dict[str, dict[str, str]]) -> None:
        """Add the files, or end the build when one is missing. An editable install finds them in the checkout."""
        if version == "editable":
            return
        served = runpy.run_path(str(Path(self.root) / "server" / "web" / "folders.py"))["NPM_SERVED"]
        files = {name: f"server/{name}" for name in ("static", "templates")}
        files |= {f"node_modules/{name}": f"server/static/npm/{name}" for name in served}
        for source in files:
            if not (Path(self.root) / source).exists():
                raise SystemExit(f"The wheel needs {source}, which is missing. Run `npm ci`, then build again.")
        build_data["force_include"].update(files)

"""The static files of the pages: those in the package, and none that another application brings along."""

from __future__ import annotations

from pathlib import Path

from django.contrib.staticfiles.finders import FileSystemFinder
from django.core.files.storage import FileSystemStorage


class OwnFiles(FileSystemFinder):
    """Finds the files in ``static`` beside this module, and nothing else."""

    def __init__(self, app_names: object = None) -> None:
        folder = str(Path(__file__).with_name("static"))
        self.locations = [("", folder)]
        self.storages = {folder: FileSystemStorage(location=folder)}

    def check(self, **kwargs: object) -> list[object]:
        """Nothing to check: the folder is part of the package."""
        return []

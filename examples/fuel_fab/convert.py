"""Convert the public fuel-fabrication plant into a format-1 site folder.

    python examples/fuel_fab/convert.py OUT [--data DIR] [--random 0.03] [--systematic 0.03]

The data are no part of this project. They are read from DIR, or from ``data/fuel_fab`` below the folder that the
environment variable STOCKWARD_SHARED names (default ``../shared``). How the folder is made from them stands in
``stockward.validation.fuel_fab``, which ``stockward validate`` uses as well.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from stockward.validation.fuel_fab import convert, data_folder


def main() -> None:
    """Read the command line and convert."""
    parser = argparse.ArgumentParser(description="Convert the public fuel-fabrication plant into a site folder.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, default=data_folder())
    parser.add_argument("--random", type=float, default=0.03)
    parser.add_argument("--systematic", type=float, default=0.03)
    options = parser.parse_args()
    if options.data is None or not (options.data / "inventories.parquet").is_file():
        sys.exit("inventories.parquet is missing: name the folder of the plant's data with --data")
    convert(options.data, options.out, random_rel=options.random, systematic_rel=options.systematic)
    print(options.out)


if __name__ == "__main__":
    main()

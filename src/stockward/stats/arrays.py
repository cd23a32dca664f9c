"""What arrays hold, as the signatures of all rooms say it; their shapes stand in the docstrings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
"""Figures."""
Flags = NDArray[np.bool_]
"""Yes or no for each."""
Index = NDArray[np.int64]
"""Whole numbers: codes, numbers, places."""
Places = NDArray[np.intp]
"""Places in another array, as NumPy gives them."""

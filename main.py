"""The entry that `flet run` and `flet build` look for: puts src on the path and starts the app."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "src"))

from app.bootstrap import main

if __name__ == "__main__":
    main()

"""`make screenshots`: takes all pictures anew; some minutes, no questions, nothing left running."""

import sys
import time

from ecom_assets_tests.support.chromium import NAMES, browser, chromium
from screenshots.camera import Camera
from screenshots.pictures import PICTURES
from screenshots.shop import shop_of_thirty_days


def main() -> None:
    """Take the pictures; exits with one sentence where there is no browser."""
    program = chromium()
    if program is None:
        sys.exit(f"screenshots: no browser is on the PATH; install one of {', '.join(NAMES)}.")
    with shop_of_thirty_days(_say) as shop, browser(program) as started:
        shop.open()
        camera = Camera(started, shop)
        for name, take in PICTURES.items():
            take(camera, shop, name)
            _say(f"{name}.png")
    if camera.refused:
        sys.exit(f"screenshots: pages asked for what is not on this machine: {camera.refused}")


_started = time.monotonic()


def _say(text: str) -> None:
    print(f"{time.monotonic() - _started:5.0f} s  {text}", flush=True)


if __name__ == "__main__":
    main()

"""Bounded waiting. Every wait of the lab goes through here, so that a signal ends all of them at once."""

import threading
import time

STOP = threading.Event()
"""Set once, when the lab is told to end; every wait then raises `Cancelled`."""


class Cancelled(Exception):
    """The lab was told to end."""


class TooLong(Exception):
    """Something did not happen within its bound."""


def pause(seconds):
    """Lets `seconds` pass."""
    if STOP.wait(seconds):
        raise Cancelled


def until(what, happened, seconds=10.0, every=0.02):
    """Waits until `happened()` is true and returns its value; `what` is said if it takes longer than `seconds`."""
    end = time.monotonic() + seconds
    while True:
        value = happened()
        if value:
            return value
        if time.monotonic() > end:
            raise TooLong(f"{what}: not within {seconds} s")
        pause(every)

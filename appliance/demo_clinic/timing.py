"""When visits happen and how measured values move between them."""

import datetime

from demo_clinic.builder import between, day

LAST_DAY = day("2026-10-30")


def months_after(start, months):
    """The day some months after a day, at most the 28th of its month."""
    whole = start.year * 12 + start.month - 1 + months
    return datetime.date(whole // 12, whole % 12 + 1, min(start.day, 28))


def weekday(on):
    """The day itself, or the Monday after a weekend."""
    return on + datetime.timedelta(days=(7 - on.weekday()) if on.weekday() > 4 else 0)


def schedule(first, last, months):
    """Working days some months apart."""
    found, step = [], 0
    while (on := weekday(months_after(day(first), step))) <= min(day(last), LAST_DAY):
        found.append(on)
        step += months
    return found


class Trend:
    """Values that follow broken lines with some noise around them."""

    def __init__(self, chart, **lines):
        self.chart, self.lines = chart, lines

    def at(self, key):
        """The value of one line at the open visit."""
        points, noise = self.lines[key]
        return between(points, self.chart.on) + self.chart.wobble(noise)

    def labs(self, panel, *keys):
        """A panel of the values at the open visit."""
        self.chart.labs(panel, **{key: self.at(key) for key in keys})

    def vitals(self, height, is_whole):
        """The vital signs of an adult at the open visit; height and temperature when whole."""
        self.chart.vitals(bp=(self.at("systolic"), self.at("diastolic")),
                          weight=self.at("weight"), pulse=self.at("pulse"))
        if is_whole:
            self.chart.vitals(height=height, temp=36.7 + self.chart.wobble(0.3),
                              bmi=self.at("weight") / (height / 100) ** 2)


def line(start, end, noise, middle=None):
    """A line over the six years of the demo, with an optional turn in 2023."""
    points = [("2020-11-01", start), ("2026-10-30", end)]
    if middle is not None:
        points.insert(1, ("2023-06-01", middle))
    return points, noise

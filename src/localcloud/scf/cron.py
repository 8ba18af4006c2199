"""Cron expressions of seven fields, as timer triggers have them (583/9708)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))
"""The zone that expressions are read in. UNVERIFIED: the document names none; the console is in Beijing time."""

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Field:
    """What may stand in one place of an expression."""

    name: str
    first: int
    last: int
    words: Sequence[str] = ()  # other names for first, first + 1, ...
    may_be_open: bool = False  # whether ? may stand for any

    def read(self, text: str) -> frozenset[int]:
        """Return the values that `text` stands for. Raises ValueError."""
        return frozenset(value for part in text.split(",") for value in self._part(part))

    def is_any(self, text: str) -> bool:
        """Whether `text` leaves the field open."""
        return text == "*" or (text == "?" and self.may_be_open)

    def _part(self, part: str) -> range:
        values, slash, step = part.partition("/")
        if slash and not (step.isdecimal() and int(step)):
            raise ValueError(f"the {self.name} `{part}` has no step after its /; write a number from 1")
        first, dash, last = values.partition("-")
        if self.is_any(values):
            begin, end = self.first, self.last
        elif dash:
            begin, end = self._value(first), self._value(last)
        else:
            begin = self._value(first)
            end = self.last if slash else begin
        if begin > end:
            raise ValueError(f"the {self.name} `{part}` runs backwards; write the smaller value first")
        return range(begin, end + 1, int(step) if slash else 1)

    def _value(self, text: str) -> int:
        if text.upper() in self.words:
            return self.first + self.words.index(text.upper())
        if text.isascii() and text.isdecimal() and self.first <= int(text) <= self.last:
            return int(text)
        raise ValueError(
            f"the {self.name} `{text}` is none of {self.first} to {self.last}"
            " (localcloud knows , - * / but not the vendor's L, W and #)"
        )


_FIELDS = (
    _Field("second", 0, 59),
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day", 1, 31, may_be_open=True),
    _Field("month", 1, 12, _MONTHS),
    _Field("weekday", 0, 6, _WEEKDAYS, may_be_open=True),
    _Field("year", 1970, 2099),
)
_DAY_AT, _WEEKDAY_AT = 3, 5


@dataclass(frozen=True)
class Cron:
    """When a timer fires. A day and a weekday that are both given are alternatives, as the document says."""

    text: str
    seconds: frozenset[int]
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]  # 0 is Sunday
    years: frozenset[int]
    either_day: bool  # whether a day of `days` or a weekday of `weekdays` is enough

    @classmethod
    def parse(cls, text: str) -> "Cron":
        """Read `second minute hour day month weekday year`. Raises ValueError, saying what is wrong."""
        fields = text.split()
        if len(fields) != len(_FIELDS):
            raise ValueError(f"`{text}` must have seven fields: second minute hour day month weekday year")
        seconds, minutes, hours, days, months, weekdays, years = (
            field.read(each) for field, each in zip(_FIELDS, fields, strict=True)
        )
        either_day = not any(_FIELDS[at].is_any(fields[at]) for at in (_DAY_AT, _WEEKDAY_AT))
        return cls(text, seconds, minutes, hours, days, months, weekdays, years, either_day)

    def matches(self, at: datetime) -> bool:
        """Whether the timer fires in the second of `at`, which must be aware."""
        local = at.astimezone(BEIJING)
        in_time = local.hour in self.hours and local.minute in self.minutes and local.second in self.seconds
        return in_time and self._is_on(local.date())

    def next_after(self, at: datetime) -> datetime | None:
        """Return the next time it fires, in UTC; None if it never will."""
        local = at.astimezone(BEIJING).replace(microsecond=0) + _SECOND
        day, earliest = local.date(), local.time()
        while day.year <= max(self.years):
            if self._is_on(day) and (found := self._first_time(earliest)):
                return datetime.combine(day, found, BEIJING).astimezone(timezone.utc)
            day, earliest = day + _DAY, time.min
        return None

    def _is_on(self, day: date) -> bool:
        in_days, in_weekdays = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        by_day = in_days or in_weekdays if self.either_day else in_days and in_weekdays
        return by_day and day.month in self.months and day.year in self.years

    def _first_time(self, earliest: time) -> time | None:
        times = (
            time(hour, minute, second)
            for hour in sorted(self.hours)
            if hour >= earliest.hour
            for minute in sorted(self.minutes)
            for second in sorted(self.seconds)
        )
        return next((each for each in times if each >= earliest), None)

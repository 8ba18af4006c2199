"""Events and notifications that go astray."""

from typing import TypeVar

from localcloud.control.exchange import Call, Count, Document, Nothing, Operations, Probability, Seconds
from localcloud.faults import EventFaults, LossyChannel, Next

NumberT = TypeVar("NumberT", int, float)


class ChannelChange(Document):
    """What is to befall messages; what is left out stays as it is.

    The next messages first: `lose_next` of them vanish, then `duplicate_next` come twice. The others by chance.
    """

    lose_next: Count | None = None
    duplicate_next: Count | None = None
    lose: Probability | None = None
    duplicate: Probability | None = None
    delay: Probability | None = None
    delay_seconds: Seconds | None = None

    def make(self, channel: LossyChannel) -> None:
        """Change the channel."""
        upcoming, odds = channel.next, channel.odds
        channel.befall(Next(_or(self.lose_next, upcoming.lose), _or(self.duplicate_next, upcoming.duplicate)))
        channel.lose(_or(self.lose, odds.lose))
        channel.duplicate(_or(self.duplicate, odds.duplicate))
        channel.delay(_or(self.delay, odds.delay), _or(self.delay_seconds, odds.seconds))


class Channel(Document):
    """What befalls the messages of a channel, and what befell them so far."""

    lose_next: int
    duplicate_next: int
    lose: float
    duplicate: float
    delay: float
    delay_seconds: float
    messages: int
    lost: int
    duplicated: int
    delayed: int

    @classmethod
    def of(cls, channel: LossyChannel) -> "Channel":
        """Return the channel as it is now."""
        upcoming, odds, counts = channel.next, channel.odds, channel.counts
        return cls(
            lose_next=upcoming.lose,
            duplicate_next=upcoming.duplicate,
            lose=odds.lose,
            duplicate=odds.duplicate,
            delay=odds.delay,
            delay_seconds=odds.seconds,
            messages=counts.messages,
            lost=counts.lost,
            duplicated=counts.duplicated,
            delayed=counts.delayed,
        )


class EventsChange(Document):
    """`cos`: events from buckets to functions; `ci`: notifications of jobs to their callback addresses."""

    cos: ChannelChange = ChannelChange()
    ci: ChannelChange = ChannelChange()


class Events(Document):
    """Both ways that messages go."""

    cos: Channel
    ci: Channel


class EventOperations:
    """The operations on events."""

    def __init__(self, events: EventFaults) -> None:
        self._events = events
        self.operations: Operations = (
            Call("GET", "/events", Nothing, self._tell),
            Call("POST", "/events", EventsChange, self._change),
        )

    def _tell(self, _asked: Nothing) -> Events:
        """Tell what befalls events and notifications, and how many it befell."""
        return Events(cos=Channel.of(self._events.cos), ci=Channel.of(self._events.ci))

    def _change(self, asked: EventsChange) -> Events:
        """Have events (`cos`) or notifications (`ci`) be lost, doubled or late: the next ones, or some by chance."""
        asked.cos.make(self._events.cos)
        asked.ci.make(self._events.ci)
        return self._tell(Nothing())


def _or(wanted: NumberT | None, present: NumberT) -> NumberT:
    return present if wanted is None else wanted

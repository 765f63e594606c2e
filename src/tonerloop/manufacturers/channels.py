"""How approval requests reach a manufacturer."""

from tonerloop.manufacturers.models import Connection


def channel_of(manufacturer_id: int) -> Connection.Channel:
    """What the manufacturer has chosen; its desk where it has not."""
    kept = Connection.objects.filter(manufacturer_id=manufacturer_id).first()
    return Connection.Channel(kept.channel) if kept else Connection.Channel.DESK


def pushes(manufacturer_id: int) -> bool:
    """True if requests are sent to the manufacturer's system."""
    return channel_of(manufacturer_id) == Connection.Channel.PUSH

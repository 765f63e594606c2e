"""What each figure of a statement means, in sentences that an auditor can hold us to."""

from django.utils.translation import gettext as _

from tonerloop.collection.printing.figures import Carbon, Statement
from tonerloop.collection.printing.wording import kilograms, number


def definitions(statement: Statement) -> list[tuple[str, str]]:
    """Each figure's name and its definition."""
    return [
        (_("Collected"), _collected()),
        (_("Delivered"), _delivered()),
        (_("Collection rate"), _rate()),
        (_("Kept from waste"), _weight(statement)),
        (_("CO₂ saved"), _carbon(statement)),
        (_("Days and months"), _days(statement)),
    ]


def _collected() -> str:
    return _(
        "Pieces counted at the recovery centre of models in the catalogue that can be collected, "
        "whoever sold them, without imitations by other makers. Each piece has a label of its own "
        "and is counted once. A correction counts in the month in which it was made."
    )


def _delivered() -> str:
    return _(
        "Pieces of models that can be collected, delivered on orders with this seller since the "
        "customer takes part in the collection service, less those returned. A return counts in "
        "the month in which it was recorded."
    )


def _rate() -> str:
    return _(
        "Collected divided by delivered, in whole percent, rounded down. It can pass 100 %, since "
        "pieces that others sold, or that were delivered earlier, are collected too."
    )


def _weight(statement: Statement) -> str:
    text = _(
        "Collected pieces times the weight that the catalogue gives for their model. A used "
        "cartridge can weigh less than that."
    )
    if not statement.unweighed:
        return text
    missing = _("Pieces of models without a weight in the catalogue, counted as 0 kg: %(count)s.")
    return f"{text} {missing % {'count': number(statement.unweighed)}}"


def _carbon(statement: Statement) -> str:
    carbon = statement.carbon
    return f"{carbon_words(carbon, statement.reused)} {carbon_source(carbon)}"


def carbon_words(carbon: Carbon, reused: int) -> str:
    """What was saved by so many reused toners, as an estimate with its range."""
    words = {
        "count": number(reused),
        "factor": number(carbon.factor),
        "low": number(carbon.low),
        "high": number(carbon.high),
        "least": kilograms(carbon.low * reused, 0),
        "most": kilograms(carbon.high * reused, 0),
    }
    text = _(
        "Collected toner cartridges found reusable (%(count)s) times %(factor)s kg of CO₂ "
        "equivalent for each that is used again. With the range of %(low)s to %(high)s kg it is "
        "%(least)s to %(most)s kg. This is an estimate, not a measurement."
    )
    return text % words


def carbon_source(carbon: Carbon) -> str:
    """Who says so; a default of the operator's says that it is one."""
    if not carbon.source:
        return _("The factor is the operator’s default; no source is named for it yet.")
    year = f", {carbon.year}" if carbon.year else ""
    return _("Source of the factor: %(source)s.") % {"source": carbon.source + year}


def _days(statement: Statement) -> str:
    return _("Days begin and end in the seller’s time zone, %(zone)s.") % {
        "zone": statement.time_zone
    }

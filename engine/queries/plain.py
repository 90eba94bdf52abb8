"""Networks for screens that ask them something at every key."""

from __future__ import annotations

from engine.queries.context import QueryContext
from engine.queries.messages import Networks, PlainNetworks


def networks(context: QueryContext, query: Networks) -> PlainNetworks:
    """The model as it is now, its shape of an item and its code size; what NumPy cannot run is None."""
    del query
    model = context.model
    encoder, decoder, why = model.plain()
    return PlainNetworks(
        encoder=encoder,
        decoder=decoder,
        why=why,
        code_size=model.code_size,
        shape=model.shape,
        noise=model.noise,
        version=context.version,
        epoch=model.epoch,
    )

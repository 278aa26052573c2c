"""Items chosen by typing, with all that a line takes from them."""

from app.core.decimals import shown_decimal
from app.core.lookup import LIMIT, Choice, lookup
from app.core.text import fold
from app.invoices import items
from app.invoices.basics import Item
from app.invoices.reading import number


def choice(item: Item) -> Choice:
    """An item as a choice; price as its reader writes it."""
    price = shown_decimal(number(item.price))
    sub = " · ".join(filter(None, (item.sku, price)))
    more = {"description": item.description or "", "price": price, "taxes": item.taxes}
    return {"value": item.id, "text": item.name, "sub": sub, **more}


@lookup("item")
def found(typed: str) -> list[Choice]:
    """Items by a fragment of name or SKU."""
    return [choice(item) for item in items.find(fold(typed), LIMIT)]

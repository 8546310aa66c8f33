"""Items of a filing: found, ended, and judged."""

from edgewise.text.items.item import Item
from edgewise.text.items.read import item_text, read_items

__all__ = ["Item", "item_text", "read_items"]

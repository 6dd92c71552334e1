"""Where somebody has to choose: the records with texts that were written in two ways at once, in a table of their own.

It follows from the records, as their keys do. Asking costs one look while there is nothing to choose, which is nearly
always; an index over all records would be read for every answer.
"""

from __future__ import annotations

from app.model.queries.versions import to_choose
from app.model.schema import Entity
from app.services.records.tables import UNSETTLED, Documents, Key, is_


def keep_choosing(documents: Documents, kind: str, record: str, entity: Entity | None, keys: set[Key]) -> None:
    """Note that there is something to choose in a record, or that there is not any more; inside a transaction.

    Whoever asked is told by `keys`, also of another version more.
    """
    table = documents.table(UNSETTLED)
    wanted = entity is not None and not entity.gone and bool(to_choose(entity))
    there = table.get(is_("id", f"{kind}:{record}")) if len(table) else None
    if there is not None and not wanted:
        table.remove(doc_ids=[there.doc_id])
    elif there is None and wanted:
        table.insert({"id": f"{kind}:{record}", "kind": kind, "record": record})
    if wanted or there is not None:
        keys.add((UNSETTLED, "", None))

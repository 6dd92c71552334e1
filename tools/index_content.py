"""Write assets/content/index.json anew from the documents beside it: `python tools/index_content.py`."""

import json
from pathlib import Path
from typing import Any

CONTENT = Path(__file__).parent.parent / "assets" / "content"


def index() -> dict[str, Any]:
    """The index of the documents: what a list shows without opening them."""
    kept: dict[str, Any] = json.loads((CONTENT / "index.json").read_text(encoding="utf-8"))
    order = {line["id"]: place for place, line in enumerate(kept["items"])}
    documents = [
        (path, json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(CONTENT.glob("*.json"))
        if path.name != "index.json"
    ]
    documents.sort(key=lambda pair: (order.get(pair[1]["id"], len(order)), pair[1]["id"]))
    kept["items"] = [
        {
            "id": document["id"],
            "kind": document["kind"],
            "file": path.name,
            "version": document["version"],
            "title": document["title"],
            "roles": document.get("roles", []),
            "when": document.get("when", "any"),
            "items": len(document["items"]),
        }
        for path, document in documents
    ]
    return kept


def written() -> str:
    """The index as it stands in its file."""
    return json.dumps(index(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    (CONTENT / "index.json").write_text(written(), encoding="utf-8")

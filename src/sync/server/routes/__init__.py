"""What can be asked of the server: one function a route, from a request's values to an answer's values.

No socket, no event loop and no database engine is known here. `docs/spec/sync-http.md` is the page for people,
`openapi.json` the one for machines; a test compares all three.
"""

from typing import Final

from sync.server.asking import JSON_BYTES, Answer, Request, told
from sync.server.routes import account, blobs, box, contact, letters, spaces
from sync.server.service import WAYS, Server, Way

__all__ = ["JSON_BYTES", "PAGES", "WAYS", "Answer", "Request", "Server", "Way", "told"]

PAGES: Final = (contact, spaces, blobs, letters, box, account)
"""Where the routes stand: loading a page enters its routes into the table."""

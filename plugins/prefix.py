"""Under a folder (a preview), root-relative links of the texts stay in it; those to the forms leave it.

Templates write `{{ SITEURL }}` themselves, and Pelican does for `{filename}`; this is for `[ceník](/cenik/)`.
"""

import re
from typing import Any

from pelican import signals

LINK = re.compile(r'(\s(?:href|src)=")(/(?!/)[^"?#]*)')


def prefix(content: Any) -> None:
    """Put SITEURL before the links of a page or note that has just been read."""
    siteurl, forms = content.settings["SITEURL"], content.settings["FORM_ADDRESSES"].values()
    if siteurl and content._content is not None:  # None: a picture
        kept = {address for addresses in forms for address in addresses.values()}

        def put(link: re.Match[str]) -> str:
            return link[0] if link[2] in kept else link[1] + siteurl + link[2]

        content._content = LINK.sub(put, content._content)


def register() -> None:
    """Run over every page and note."""
    signals.content_object_init.connect(prefix)

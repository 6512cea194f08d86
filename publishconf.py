"""What production changes: its settings must be there, and every text file gets its gzip and brotli twin."""

import os

from newsroom.environment import demand
from pelicanconf import *  # noqa: F403
from pelicanconf import PLUGINS as DEVELOPMENT_PLUGINS

demand(os.environ)

DRAFT_SAVE_AS = DRAFT_LANG_SAVE_AS = DRAFT_PAGE_SAVE_AS = DRAFT_PAGE_LANG_SAVE_AS = ""  # the public sees no draft
PLUGINS = [*DEVELOPMENT_PLUGINS, "precompress"]

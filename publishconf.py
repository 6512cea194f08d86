"""What production changes: its settings must be there, and every text file gets its gzip and brotli twin."""

import os

from newsroom.environment import demand
from pelicanconf import *  # noqa: F403
from pelicanconf import PLUGINS as DEVELOPMENT_PLUGINS

demand(os.environ)

PLUGINS = [*DEVELOPMENT_PLUGINS, "precompress"]

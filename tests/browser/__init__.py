"""Tests in a real browser; a package, so that its module names may repeat those beside it."""

"""Long audits of the finished pages, by `make audit`."""

"""From the Markdown that marketing writes to the folder that the web server serves: check, scaffold, build, publish."""

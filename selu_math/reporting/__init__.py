"""Reports for people (Markdown with pictures) and for programs (JSON), from one set of figures."""

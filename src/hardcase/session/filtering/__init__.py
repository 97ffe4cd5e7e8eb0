"""The filter language, and help while a filter is typed."""

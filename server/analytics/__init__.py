"""Every figure of an event, computed anew from raw rows. Pure: the rows are passed in; no module here knows a database.

The export, in `export/`, writes the same rows and figures to files.
"""

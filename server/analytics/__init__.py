"""Every figure of an event, computed anew from raw rows. Pure: it is given the rows and asks no database."""

"""The live conference: rooms in which people are present. No HTTP framework, no SQL, no templates."""

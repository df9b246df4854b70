"""The live conference: what happens in a place where people are present. No HTTP framework, no SQL, no templates."""

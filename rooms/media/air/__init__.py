"""What goes on air: the programme of a stage, cut into segments on the disk."""

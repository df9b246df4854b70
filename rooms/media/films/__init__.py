"""Films: uploaded files examined, packaged, checked and joined."""

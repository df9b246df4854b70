"""What sessions send out: the line to the media process, live programmes, films, and who may fetch them."""

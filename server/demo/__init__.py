"""The demo event: its content, its timetable around the present time, and its synthetic crowd."""

"""Attacks on an installation of this machine beside an event of 200 people, who should hardly notice."""

"""One file per kind of probe. Being here is being registered."""

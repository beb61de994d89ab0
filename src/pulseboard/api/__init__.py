"""The rooms' operations as Django views."""

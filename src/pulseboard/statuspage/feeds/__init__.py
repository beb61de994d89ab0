"""The status page in other forms. Pure: a snapshot goes in, a text comes out."""

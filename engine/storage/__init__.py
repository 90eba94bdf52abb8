"""Bytes on the disk, the network and the standard streams, whatever they mean."""
